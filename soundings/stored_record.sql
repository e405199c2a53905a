-- stored_record: what each batch stored, by where it stands: a row for each figure, each meeting, and each activity that has
-- neither. location_id is null where a record says nothing of where; n is how many records of the file stand there.
stored_record as (
    select batch_id, location_id, source_row_count as n from activity_count
    union all
    select s.batch_id, any_value(p.location_id), 1
    from session s
    left join session_place p using (batch_id, session_id)
    group by s.batch_id, s.session_id
    union all
    select a.batch_id, any_value(p.location_id), 1
    from activity a
    left join activity_place p using (batch_id, activity_id)
    where a.activity_id not in (select activity_id from activity_count where activity_id is not null)
    and a.activity_id not in (select activity_id from session where activity_id is not null)
    group by a.batch_id, a.activity_id
)
