-- Every record of one measure, made from the sessions of sessions.sql and from counts, outcomes, facts and stages.
-- record: one thing that is counted. `top` is the most it can be: above `value` where a source gives a band, and infinity where the band
-- has no top (“12+”). A record that
-- `has_activity_dates` has none of its own and lasts as long as its activity (activity_span of spans.sql).
-- meeting_total: a total of meetings (“47 sessions”). It holds those of its activity, role and period that are recorded one by one and do
-- not stand elsewhere: each of these counts once, by itself, and the total counts the rest. `told` is what the file says of the total,
-- `held_count` how many meetings of it count by themselves.
-- record_place: where it stands (a session in two wards has two rows, but is one record).
-- $source null: overlap between sources is resolved. $source given: all of that source's own rows, none of the others'.

meeting_in_order as (
    select *, row_number() over (partition by activity_id order by start_date nulls last, sheet nulls first, row_number) = 1 as is_first
    from session_once
),

-- Has an activity met three times or more, with people who came back? Null where nobody said who came back; and a 0 stands only
-- where every meeting after the first says so, because a blank among noughts may be the one that people came back to.
activity_meeting as (
    select
        activity_id,
        max(batch_id) as batch_id,
        max(source_id) as source_id,
        list(row_number::integer order by sheet nulls first, row_number) as source_rows,
        list(sheet order by sheet nulls first, row_number) as source_sheets,
        count(*) as session_count,
        case
            when max(returning_count) > 0 or bool_and(is_first or returning_count is not null) then max(returning_count)
        end as returning_count,
        min(start_date) as start_date,
        max(start_date) as end_date
    from meeting_in_order
    group by activity_id
),

activity_where as (
    select activity_id, role, location_id from activity_place
    union
    select s.activity_id, w.role, w.location_id
    from session_once s
    join session_where w using (session_id)
    where s.activity_id not in (select activity_id from activity_place)
),

meeting_total as (
    select
        c.count_id,
        c.activity_id,
        c.role,
        c.location_id,
        c.period_start,
        coalesce(c.period_end, c.period_start) as period_end
    from count_held c
    join batch b using (batch_id)
    where $measure in ('group_sessions', 'contact_hours') and c.measure = $measure and ($source is null or b.source_id = $source)
),

total_layer as (
    select t.count_id, l.kind, l.place_set, l.place_code
    from meeting_total t
    join location_place l using (location_id)
),

session_layer as (
    select distinct s.session_id, w.role, l.kind, l.place_set, l.place_code
    from session_once s
    join session_where w using (session_id)
    join location_place l using (location_id)
    where s.activity_id in (select activity_id from meeting_total)
),

-- Meetings that may be among those of a total: of its activity and role, with no day or a day that is none of another period.
total_candidate as (
    select s.session_id, t.count_id, t.role, t.period_end - t.period_start as days
    from meeting_total t
    join session_once s using (activity_id)
    where (s.start_date is null or t.period_start is null or s.start_date between t.period_start and t.period_end)
    and exists (select 1 from session_where w where w.session_id = s.session_id and w.role = t.role)
),

-- Of a total of one ward no meeting in another is part: in some set of places both stand, and in none of the same.
total_elsewhere as (
    select distinct session_id, count_id
    from (
        select c.session_id, c.count_id
        from total_candidate c
        join total_layer t on t.count_id = c.count_id
        join session_layer s on s.session_id = c.session_id and s.role = c.role and s.kind = t.kind and s.place_set = t.place_set
        group by c.session_id, c.count_id, t.kind, t.place_set
        having not bool_or(s.place_code = t.place_code)
    )
),

-- Each meeting is part of one total, that of the shortest period. One that says less of where than the total stands where that does.
total_meeting as (
    select
        c.session_id,
        c.count_id,
        len(list_filter(coalesce(t.kinds, []), lambda kind: not list_contains(coalesce(s.kinds, []), kind))) > 0 as is_placed_by_total
    from total_candidate c
    left join (select count_id, list(distinct kind) as kinds from total_layer group by count_id) t using (count_id)
    left join (select session_id, role, list(distinct kind) as kinds from session_layer group by session_id, role) s
        on s.session_id = c.session_id and s.role = c.role
    anti join total_elsewhere e on e.session_id = c.session_id and e.count_id = c.count_id
    qualify row_number() over (partition by c.session_id order by c.days nulls last, c.count_id) = 1
),

total_held as (
    select
        m.count_id,
        coalesce(sum(case $measure when 'group_sessions' then 1 else s.minutes * s.attendance_count / 60 end), 0) as value,
        count(case $measure when 'group_sessions' then 1 else s.minutes * s.attendance_count end) as meeting_count
    from total_meeting m
    join session_once s using (session_id)
    group by m.count_id
),

record as (
    select
        c.measure,
        c.count_id as record_id,
        c.activity_id,
        c.batch_id,
        b.source_id,
        case when h.count_id is null then c.value else greatest(c.value - h.value, 0) end as value,
        c.source_row_count,
        c.source_rows,
        c.source_sheets,
        c.period_start as start_date,
        coalesce(c.period_end, c.period_start) as end_date,
        case
            when c.value_high is null and c.basis = 'band' then 'infinity'::double
            when h.count_id is null then coalesce(c.value_high, c.value)
            else greatest(coalesce(c.value_high, c.value) - h.value, 0)
        end as top,
        false as has_activity_dates,
        case when $measure in ('group_sessions', 'contact_hours') then c.value end as told,
        coalesce(h.meeting_count, 0) as held_count
    from count_held c
    join batch b using (batch_id)
    left join total_held h using (count_id)
    where c.measure = $measure and ($source is null or b.source_id = $source)

    union all

    select
        $measure,
        session_id,
        activity_id,
        batch_id,
        source_id,
        case $measure
            when 'group_sessions' then 1
            when 'contact_hours' then minutes * attendance_count / 60
            when 'group_size' then attendance_count
        end,
        1,
        [row_number::integer],
        [sheet],
        start_date,
        start_date,
        null,
        false,
        null,
        null
    from session_once
    where $measure in ('group_sessions', 'contact_hours', 'group_size')

    union all

    select
        $measure,
        activity_id,
        activity_id,
        batch_id,
        source_id,
        case
            when returning_count is null then null
            when $measure = 'people_returning' then returning_count
            when returning_count = 0 then 0
            when $measure = 'months_together' then datesub('month', start_date, end_date)
            when session_count >= 3 then 1
            else 0
        end,
        1,
        source_rows,
        source_sheets,
        start_date,
        end_date,
        null,
        false,
        null,
        null
    from activity_meeting
    where $measure in ('continuing_groups', 'people_returning', 'months_together')

    union all

    select
        'changes_made',
        concat_ws('-', o.batch_id, o.sheet, o.row_number),
        o.activity_id,
        o.batch_id,
        b.source_id,
        1,
        1,
        [o.row_number::integer],
        [o.sheet],
        o.changed_date,
        o.changed_date,
        null,
        false,
        null,
        null
    from outcome o
    join batch b using (batch_id)
    where $measure = 'changes_made'
    and o.activity_id not in (select activity_id from activity_unheld)
    and ($source is null or b.source_id = $source)

    union all

    select
        'joint_decisions',
        f.activity_id,
        f.activity_id,
        f.batch_id,
        b.source_id,
        case f.answer when 'yes' then 1 when 'no' then 0 end,
        1,
        [f.row_number::integer],
        [f.sheet],
        d.first_day,
        d.last_day,
        null,
        true,
        null,
        null
    from fact_now f
    join batch b using (batch_id)
    left join activity_span d using (activity_id)
    where $measure = 'joint_decisions'
    and f.fact = 'joint_decision'
    and f.activity_id not in (select activity_id from activity_unheld)
    and ($source is null or b.source_id = $source)

    union all

    select
        'stages_shared',
        s.activity_id || '-' || s.stage,
        s.activity_id,
        s.batch_id,
        b.source_id,
        case when s.sharing in ('with', 'by') then 1 when s.sharing in ('to', 'for') then 0 end,
        1,
        [s.row_number::integer],
        [s.sheet],
        d.first_day,
        d.last_day,
        null,
        true,
        null,
        null
    from stage_now s
    join batch b using (batch_id)
    left join activity_span d using (activity_id)
    where $measure = 'stages_shared'
    and s.sharing <> 'not applicable'
    and s.activity_id not in (select activity_id from activity_unheld)
    and ($source is null or b.source_id = $source)
),

record_place as (
    select count_id as record_id, role, location_id from count_held where measure = $measure
    union all
    select session_id, role, location_id
    from session_where
    where $measure in ('group_sessions', 'contact_hours', 'group_size')
    and session_id not in (select session_id from total_meeting where is_placed_by_total)
    union all
    select m.session_id, t.role, t.location_id
    from total_meeting m
    join meeting_total t using (count_id)
    where m.is_placed_by_total
    union all
    select r.record_id, w.role, w.location_id
    from record r
    join activity_where w using (activity_id)
    where $measure in (
        'continuing_groups', 'people_returning', 'months_together', 'changes_made', 'joint_decisions', 'stages_shared'
    )
)
