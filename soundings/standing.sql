-- Where the records of one measure stand, made from records.sql: what every figure by place is a plain sum over.
-- standing: a row for each record and each role it has a place in; role is null where it has no place at all.
-- stood: a row for each place of each kind and set that a record stands in, however often it was said to. A figure is of one set.
-- unheld: the same for what would be a record of the measure, had it taken place. A cancelled event says of itself that nobody came.
-- Meetings that were held stand there too (“yes”): beside one of them, a measure without a figure has nothing recorded, and not none.

standing as (
    select
        any_value(r.activity_id) as activity_id,
        rp.role,
        any_value(r.value) as value,
        any_value(r.source_row_count) as source_row_count,
        any_value(r.start_date) as start_date,
        any_value(r.end_date) as end_date,
        any_value(r.has_activity_dates) as has_activity_dates,
        any_value(coalesce(r.top, r.value)) as top,
        any_value(r.told) as told,
        any_value(r.held_count) as held_count,
        bool_or(s.state = 'located') as is_located,
        bool_or(s.state = 'outside') as is_outside,
        bool_or(s.state = 'not_tied') as is_not_tied,
        flatten(list(s.layers)) as layers
    from record r
    left join record_place rp using (record_id)
    left join spot s on s.location_id = rp.location_id
    where r.value is not null
    group by r.record_id, rp.role
),

stood as (
    select rp.role, rp.kind, rp.place_set, rp.place_code, r.activity_id, r.value, coalesce(r.top, r.value) as top, r.start_date, r.end_date, r.has_activity_dates
    from record r
    join (
        select distinct rp.record_id, rp.role, lp.kind, lp.place_set, lp.place_code
        from record_place rp
        join location_place lp using (location_id)
    ) rp using (record_id)
    where r.value is not null
),

unheld as (
    select n.role, p.kind, p.place_set, p.place_code, n.activity_id, n.took_place, n.start_date, n.start_date as end_date, false as has_activity_dates
    from (
        select s.activity_id, s.took_place, s.start_date, w.role, w.location_id
        from session_unheld s
        join session_where w using (session_id)
        where $measure in (
            'group_sessions', 'contact_hours', 'group_size', 'continuing_groups', 'people_returning', 'months_together'
        )

        union all

        select s.activity_id, 'yes', s.start_date, w.role, w.location_id
        from session_once s
        join session_where w using (session_id)
        where $measure in ('contact_hours', 'group_size', 'continuing_groups', 'people_returning', 'months_together')
        and exists (select 1 from session_unheld)

        union all

        select c.activity_id, coalesce(nullif(c.took_place, 'yes'), u.took_place, 'planned'), c.period_start, c.role, c.location_id
        from activity_count c
        join batch b using (batch_id)
        left join activity_unheld u using (activity_id)
        where c.measure = $measure
        and ($source is null or b.source_id = $source)
        and c.count_id not in (select count_id from count_held where measure = $measure)

        union all

        select a.activity_id, u.took_place, a.start_date, p.role, p.location_id
        from activity_now a
        join activity_unheld u using (activity_id)
        join activity_place p using (activity_id)
        where $measure = 'attendances'
        and ($source is null or a.source_id = $source)
        and a.activity_id not in (select activity_id from activity_count)
    ) n
    join location_place p using (location_id)
)
