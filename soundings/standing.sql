-- Where the records of one measure stand, made from records.sql: what every figure by place is a plain sum over.
-- standing: a row for each record and each role it has a place in; role is null where it has no place at all.
-- stood: a row for each place of each kind that a record stands in, however often it was said to.

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
        bool_or(s.state = 'located') as is_located,
        bool_or(s.state = 'outside') as is_outside,
        bool_or(s.state = 'not_tied') as is_not_tied,
        flatten(list(s.kinds)) as kinds
    from record r
    left join record_place rp using (record_id)
    left join spot s on s.location_id = rp.location_id
    where r.value is not null
    group by r.record_id, rp.role
),

stood as (
    select rp.role, rp.kind, rp.place_code, r.activity_id, r.value, coalesce(r.top, r.value) as top, r.start_date, r.end_date, r.has_activity_dates
    from record r
    join (
        select distinct rp.record_id, rp.role, lp.kind, lp.place_code
        from record_place rp
        join location_place lp using (location_id)
    ) rp using (record_id)
    where r.value is not null
)
