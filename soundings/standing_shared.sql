-- What the standing of every measure's records has in common. Follows sessions.sql and spans.sql.

-- Every activity as it is now. Of two that hold the same sessions one is repeated. One that did not take place, or whose every
-- meeting did not and of which nothing else is counted, is not held.
known as (
    select
        a.activity_id,
        a.source_id,
        a.organisation,
        a.method,
        a.theme,
        a.time_pattern,
        a.record_status,
        a.start_date,
        a.end_date,
        d.first_day,
        d.last_day,
        coalesce(s.is_repeated, false) as is_repeated,
        u.activity_id is null and (coalesce(s.is_held, true) or n.activity_id is not null) as is_held
    from activity_now a
    join activity_span d using (activity_id)
    left join (
        select
            activity_id,
            bool_and(session_id in (select repeated_id from session_pair)) as is_repeated,
            bool_or(took_place = 'yes') as is_held
        from session_now
        group by activity_id
    ) s using (activity_id)
    left join activity_unheld u using (activity_id)
    left join (select distinct activity_id from count_held) n using (activity_id)
),

-- A location with the layers of places it stands in, each as kind/set.
spot as (
    select
        ls.location_id,
        any_value(ls.state) as state,
        coalesce(
            list(lp.kind || '/' || lp.place_set) filter (lp.kind is not null),
            []
        ) as layers
    from location_state ls
    left join location_place lp using (location_id)
    group by ls.location_id
),

-- Every place of every set as it is now, without its outline.
area as (
    select place_code, kind, place_set, name, parent_code, population
    from place_in_set
)
