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
        bool_or(ls.state = 'located') as is_located,
        bool_or(ls.state = 'outside') as is_outside,
        bool_or(ls.state = 'not_tied') as is_not_tied,
        list(distinct lp.kind) filter (lp.kind is not null) as kinds
    from record r
    left join record_place rp using (record_id)
    left join location_state ls on ls.location_id = rp.location_id
    left join location_place lp on lp.location_id = rp.location_id
    where r.value is not null
    group by r.record_id, rp.role
),

stood as (
    select role, kind, place_code, activity_id, value, start_date, end_date
    from (
        select distinct r.record_id, rp.role, lp.kind, lp.place_code, r.activity_id, r.value, r.start_date, r.end_date
        from record r
        join record_place rp using (record_id)
        join location_place lp on lp.location_id = rp.location_id
        where r.value is not null
    )
)
