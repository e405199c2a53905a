-- What each activity's name is derived from: one row per activity, as JSON that is the same for the same records.

-- What is said of an activity that did not take place is no evidence of how people worked together. What is still to come keeps
-- its answers: work on it may have begun.
not_held as (
    select activity_id from activity_unheld where took_place <> 'planned'
),

two_sided as (
    select activity_id
    from reciprocity
    group by activity_id
    having count(gave) > 0 and count(got) > 0
),

-- Both sides of give and take filled in answers the question, whatever was ticked.
answer_now as (
    select activity_id, fact, answer
    from fact_now
    where fact <> 'reciprocity' or activity_id not in (select activity_id from two_sided)
    union all
    select activity_id, 'reciprocity', 'yes' from two_sided
),

-- Pieces of JSON, sorted as text: a third of the time of an ordered map.
answers as (
    select activity_id, list_sort(list(to_json(fact)::varchar || ':' || to_json(answer)::varchar)) as facts
    from answer_now
    where answer <> 'not known' and activity_id not in (select activity_id from not_held)
    group by activity_id
),

stages as (
    select activity_id, list_sort(list(to_json(stage)::varchar || ':' || to_json(sharing)::varchar)) as stages
    from stage_now
    where activity_id not in (select activity_id from not_held)
    group by activity_id
),

session_in_order as (
    select *, row_number() over (partition by activity_id order by start_date nulls last, sheet nulls first, row_number) = 1 as is_first
    from session_held
),

-- Complete: every meeting says its day, and every one after the first who came back. Else the figures are “at least so many”.
meeting as (
    select
        activity_id,
        count(*) as session_count,
        datesub('month', min(start_date), max(start_date)) as months,
        floor(max(returning_count))::bigint as returning_count,
        bool_and(start_date is not null and (is_first or returning_count is not null)) as is_complete
    from session_in_order
    group by activity_id
),

naming_input as (
    select
        a.activity_id,
        to_json({
            facts: ('{' || coalesce(array_to_string(f.facts, ','), '') || '}')::json,
            first_helped_date: a.first_helped_date::varchar,
            settled_date: a.settled_date::varchar,
            session_count: m.session_count,
            months: m.months,
            returning_count: m.returning_count,
            is_complete: coalesce(m.is_complete, true),
            claim: case when c.called is not null then {called: c.called, date: c.called_date::varchar} end,
            stages: ('{' || coalesce(array_to_string(s.stages, ','), '') || '}')::json,
            statutory: coalesce(a.is_statutory, false)
        })::varchar as inputs
    from activity_now a
    left join answers f using (activity_id)
    left join stages s using (activity_id)
    left join claim_now c using (activity_id)
    left join meeting m using (activity_id)
)
