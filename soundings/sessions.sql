-- Every meeting that took place, those that two sources both hold counted once, and where each was.
-- session_known: those that did not take place too, each with the word for it; session_once: those that did, which all figures count.
-- $source null: overlap between sources is resolved. $source given: all of that source's own rows, none of the others'.

session_ranked as (
    select
        s.*,
        row_number() over (
            partition by s.source_id, s.repeat_key
            order by s.took_place = 'yes' desc, s.sequence, s.sheet nulls first, s.row_number
        ) as repeat_rank
    from session_now s
    where $source is null or s.source_id = $source
),

-- The k-th session of a key in the repeating source is the k-th of that key in the repeated one.
session_pair as (
    select
        kept.session_id as kept_id,
        repeated.session_id as repeated_id
    from session_ranked repeated
    join (select distinct source_id, repeats_source_id from source_repeat) r on r.source_id = repeated.source_id
    join session_ranked kept
        on kept.source_id = r.repeats_source_id
        and kept.repeat_key = repeated.repeat_key
        and kept.repeat_rank = repeated.repeat_rank
),

-- The repeated source's figures win; the other's fill its blanks, and say whether it took place where the first does not.
session_known as (
    select
        s.batch_id,
        s.session_id,
        s.activity_id,
        s.source_id,
        s.row_number,
        s.sheet,
        s.start_date,
        coalesce(s.minutes, fill.minutes) as minutes,
        coalesce(s.attendance_count, fill.attendance_count) as attendance_count,
        coalesce(s.returning_count, fill.returning_count) as returning_count,
        case when s.is_stated then s.took_place else coalesce(fill.took_place, s.took_place) end as took_place
    from session_ranked s
    left join (
        select
            p.kept_id,
            min(r.minutes) as minutes,
            min(r.attendance_count) as attendance_count,
            min(r.returning_count) as returning_count,
            coalesce(min(r.took_place) filter (r.is_stated), min(r.took_place) filter (r.took_place = 'yes')) as took_place
        from session_pair p
        join session_ranked r on r.session_id = p.repeated_id
        group by p.kept_id
    ) fill on fill.kept_id = s.session_id
    where s.session_id not in (select repeated_id from session_pair)
),

session_once as (
    select * exclude (took_place)
    from session_known
    where took_place = 'yes'
),

session_unheld as (
    select session_id, activity_id, took_place, start_date
    from session_known
    where took_place <> 'yes'
),

session_is_blank as (
    select sp.session_id
    from session_place sp
    join location l using (batch_id, location_id)
    group by sp.session_id
    having bool_and(l.kind = 'none')
),

-- What else tells of the same meeting: the source that repeats it, and what a later batch told again.
session_other as (
    select kept_id, repeated_id from session_pair
    union
    select session_id, unnest(told_before) from session_ranked
),

session_where as (
    select sp.session_id, sp.role, sp.location_id
    from session_place sp
    where sp.session_id not in (
        select o.kept_id
        from session_other o
        where o.kept_id in (select session_id from session_is_blank)
        and o.repeated_id not in (select session_id from session_is_blank)
    )
    union
    select o.kept_id, sp.role, sp.location_id
    from session_other o
    join session_place sp on sp.session_id = o.repeated_id
    where o.kept_id in (select session_id from session_is_blank)
    and o.repeated_id not in (select session_id from session_is_blank)
)
