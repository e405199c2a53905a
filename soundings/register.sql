-- The register: one row for every activity, with all that its page shows and searches. Follows spans.sql, records.sql and naming.sql.
-- `stood` holds where an activity stood: first where it says it was, then where it met, then where its counts stand.

stood as (
    select activity_id, location_id, min(tier) as tier, list(distinct role order by role) as roles
    from (
        select activity_id, location_id, role, 1 as tier from activity_place
        union all
        select s.activity_id, w.location_id, w.role, 2
        from session_known s
        join session_where w using (session_id)
        union all
        select activity_id, location_id, role, 3 from activity_count
    )
    group by activity_id, location_id
),

location_smallest as (
    select location_id, arg_min(place_code, coalesce(list_position($kinds, kind), 99)) as place_code
    from location_place
    where is_newest
    group by location_id
),

location_told as (
    select
        s.activity_id,
        coalesce(min(s.tier) filter (l.place_code is not null), 9) as tier,
        bool_or(t.state = 'not_tied') as is_not_tied,
        bool_or(t.state = 'outside') as is_outside
    from stood s
    join location_state t using (location_id)
    left join location_smallest l using (location_id)
    group by s.activity_id
),

-- The places shown: the smallest that each location of the first telling tier stands in.
place_shown as (
    select
        s.activity_id,
        list(distinct p.name order by p.name) as place_names,
        bool_and(s.roles = ['home']) as is_home
    from stood s
    join location_told t on t.activity_id = s.activity_id and t.tier = s.tier
    join location_smallest l using (location_id)
    join place_now p using (place_code)
    group by s.activity_id
),

-- Every place touched, larger ones too: what a search or a filter for a place finds.
place_touched as (
    select
        activity_id,
        list(place_code) as place_codes,
        string_agg(concat_ws(' ', name, name_welsh), chr(10) order by name) as place_words
    from (
        select distinct s.activity_id, p.place_code, p.name, p.name_welsh
        from stood s
        join location_place l using (location_id)
        join place_now p using (place_code)
    )
    group by activity_id
),

-- Figures of breadth and totals of meetings, each in its own unit and layer; nothing adds across them.
figure as (
    select
        activity_id,
        measure,
        role,
        sum(value) as low,
        sum(case when value_high is null and basis = 'band' then 'infinity'::double else coalesce(value_high, value) end) as high,
        bool_or(basis = 'estimate') as is_estimate
    from count_held
    where list_contains($counted, measure)
    group by activity_id, measure, role
),

people as (
    select
        activity_id,
        list(
            {measure: measure, role: role, low: low, high: high, is_estimate: is_estimate}
            order by list_position($counted, measure), role
        ) as figures
    from figure
    group by activity_id
),

met as (
    select
        activity_id,
        count(*) as session_count,
        median(attendance_count) as typical_count,
        max(returning_count) as returning_count
    from session_once
    group by activity_id
),

not_met as (
    select activity_id, count(*) as unheld_count
    from session_unheld
    group by activity_id
),

-- All of whose meetings another source holds too: it stands in the register once, with that source.
repeat as (
    select activity_id
    from session_now
    group by activity_id
    having bool_and(session_id in (select repeated_id from session_pair))
),

register as (
    select
        a.activity_id,
        a.title,
        a.summary,
        a.method,
        a.theme,
        a.organisation,
        a.source_id,
        a.record_status,
        h.took_place,
        a.time_pattern,
        a.start_date,
        a.end_date,
        d.first_day,
        d.last_day,
        a.end_date is null and coalesce(a.time_pattern, '') in ('series', 'continuing') as is_end_unknown,
        c.called,
        c.called_date,
        k.name,
        k.rule_id,
        k.comparison,
        k.next_question,
        k.rubric_version,
        case when k.activity_id is not null and g.activity_id is not null then k.stages end as stages,
        p.figures,
        m.session_count,
        m.typical_count,
        m.returning_count,
        coalesce(n.unheld_count, 0) as unheld_count,
        s.place_names,
        s.is_home,
        u.place_codes,
        case
            when s.activity_id is not null then 'located'
            when t.is_not_tied then 'not_tied'
            when t.is_outside then 'outside'
            else 'unlocated'
        end as place_state,
        r.activity_id is not null as is_repeat,
        {folded} as words
    from activity_now a
    left join activity_unheld h using (activity_id)
    left join not_met n using (activity_id)
    left join claim_now c using (activity_id)
    left join classification_now k using (activity_id)
    left join (select distinct activity_id from stage where sharing <> 'not known') g using (activity_id)
    left join people p using (activity_id)
    left join met m using (activity_id)
    join activity_span d using (activity_id)
    left join place_shown s using (activity_id)
    left join place_touched u using (activity_id)
    left join location_told t using (activity_id)
    left join repeat r using (activity_id)
)
