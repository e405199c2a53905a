-- When each activity was: from its first day to its last, of its own dates and of its meetings, else of its counts. Meetings that
-- did not take place say when it was only where no other did.
-- One that is live with no end goes on until today, which filters.py knows; null where nothing is dated.

activity_span as (
    select
        a.activity_id,
        least(coalesce(a.start_date, m.first_day, n.first_day, a.end_date), m.first_day) as first_day,
        greatest(coalesce(a.end_date, m.last_day, n.last_day, a.start_date), m.last_day, a.start_date) as last_day
    from activity_now a
    left join (
        select
            activity_id,
            coalesce(min(start_date) filter (took_place = 'yes'), min(start_date)) as first_day,
            coalesce(max(start_date) filter (took_place = 'yes'), max(start_date)) as last_day
        from session_now
        group by activity_id
    ) m using (activity_id)
    left join (
        select activity_id, min(period_start) as first_day, max(coalesce(period_end, period_start)) as last_day
        from activity_count
        group by activity_id
    ) n using (activity_id)
)
