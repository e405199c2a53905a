-- One generation of the store. Singular tables; every one carries its batch.
-- A batch's rows are a pure function of what the inbox keeps for it, except location_state and
-- location_place, which also depend on the places that are loaded.

create table batch (
    batch_id varchar primary key,        -- first 12 hex digits of batch_sha256
    batch_sha256 varchar not null,       -- over file sha256, source and options
    sequence integer not null,           -- order of acceptance
    kind varchar not null,               -- places | history | records
    source_id varchar not null,
    file_name varchar not null,
    file_sha256 varchar not null,
    is_demo boolean not null,
    accepted_at timestamp not null,
    accepted_by varchar not null,
    rows_read bigint not null,
    rows_accepted bigint not null,
    rows_rejected bigint not null,
    licence varchar,
    attribution varchar,
    detected varchar not null,           -- JSON: format, encoding, delimiter, sheet, header row, CRS …
    recorded_date date                   -- the day it was handed in: what is dated after it had not happened yet; null: accepted_at's
);

create table batch_content (             -- what the content hash is made of, per batch and table
    batch_id varchar not null,
    table_name varchar not null,
    row_count bigint not null,
    row_hash_sum hugeint not null
);

create table rejection (
    batch_id varchar not null,
    file varchar not null,
    row_number bigint not null,          -- as a person sees it in the file; the header is row 1
    column_name varchar not null,
    value varchar,                       -- never a screened column's
    reason varchar not null,
    is_row_rejected boolean not null     -- false: the row was taken in and only this value set aside
);

create table audit (
    acted_at timestamp not null,
    who varchar not null,
    what varchar not null,
    batch_id varchar
);

create table place (
    batch_id varchar not null,
    place_code varchar not null,
    kind varchar not null,
    name varchar not null,
    name_welsh varchar,
    parent_code varchar,
    vintage varchar,                     -- of the boundary, e.g. 2025
    population bigint,
    population_date varchar,             -- e.g. mid-2022
    households bigint,
    households_date varchar,             -- e.g. 2021
    deprivation_decile double,           -- 1 = most deprived tenth
    deprivation_source varchar,
    lon double not null,                 -- a point inside the place
    lat double not null,
    area_km2 double,
    geometry blob not null,              -- WKB, lon/lat WGS 84
    is_derived boolean not null default false, -- joined from smaller places: a place given by its own file goes before it
    place_set varchar not null default '' -- of its kind: places of one set never lie over one another. '' is the first set
);

create table place_alias (
    batch_id varchar not null,
    alias varchar not null,              -- as normalised by normalise_name
    within_code varchar,
    place_code varchar not null
);

create table place_code_history (
    batch_id varchar not null,
    old_code varchar not null,
    new_code varchar not null,
    kind varchar,
    changed varchar
);

create table location (                  -- what a file said about where, once per distinct saying in a batch
    batch_id varchar not null,
    location_id varchar not null,        -- batch_id + '-' + number, in order of first appearance
    kind varchar not null,               -- code | name | postcode | point | none | not_tied | refused
    said varchar,                        -- as written (never a person's postcode)
    code varchar,
    name varchar,
    within_code varchar,                 -- names are looked up inside this place
    place_kind varchar,                  -- the kind the file says it is, if it says
    vintage varchar,
    lon double,
    lat double,
    reason varchar,                      -- for none and refused: why there is no location
    any_spelling boolean,                -- a person said so: a name may differ by spaces, hyphens and accents
    takes_first boolean                  -- a person said so: the first way that works is right, whatever the others say
);

create table location_way (              -- the further ways in which the same rows say where, tried in order
    batch_id varchar not null,
    location_id varchar not null,
    position integer not null,           -- from 2; the first way is the location's own row
    kind varchar not null,               -- and the rest as in `location`
    said varchar,
    code varchar,
    name varchar,
    within_code varchar,
    place_kind varchar,
    vintage varchar,
    lon double,
    lat double,
    reason varchar,
    any_spelling boolean
);

create table location_state (            -- one row per location, from the places loaded
    batch_id varchar not null,
    location_id varchar not null,
    state varchar not null,              -- located | outside | unlocated | not_tied
    method varchar not null,             -- code | superseded code | name | alias | postcode | point | differ: A, B | none …
    reason varchar,
    passed_over varchar                  -- of a location that a further way placed: why the ways before it did not
);

create table location_place (            -- the place of every kind, in each of its sets, that a located location stands in
    batch_id varchar not null,
    location_id varchar not null,
    kind varchar not null,
    place_code varchar not null,
    place_set varchar not null default '',
    is_newest boolean not null default true -- of the sets of this kind in which it has a place, the newest
);

create table organisation (
    batch_id varchar not null,
    organisation_id varchar not null,
    name varchar not null
);

create table activity (
    batch_id varchar not null,
    row_number bigint not null,
    sheet varchar,                       -- of the file; null where it has one, or one of this kind under the usual name
    source_id varchar not null,
    activity_id varchar not null,        -- from source and the file's own key, else batch and row
    activity_key varchar,                -- the file's own key
    title varchar not null,
    summary varchar,
    method varchar,                      -- survey, ballot, workshop, panel …
    mode varchar,                        -- in person | online | both
    theme varchar,
    organisation varchar,
    programme varchar,
    time_pattern varchar,                -- once | series | continuing
    start_date date,
    end_date date,
    record_status varchar,               -- planned | live | past | paused, where the file says
    took_place varchar,                  -- yes | cancelled | postponed | planned | not known; null where the file does not say
    decision_at_stake varchar,
    not_open_to_influence varchar,
    promise varchar,
    local_term varchar,
    parent_activity_id varchar,
    role_mailbox varchar,
    cost varchar,
    is_statutory boolean,
    first_helped_date date,
    settled_date date,
    outline varchar                      -- the area as people drew it: a polygon in well-known text, lon/lat WGS 84
);

create table activity_place (
    batch_id varchar not null,
    activity_id varchar not null,
    location_id varchar not null,
    role varchar not null,
    precision varchar
);

create table claim (                     -- what the organiser calls it; append-only
    batch_id varchar not null,
    row_number bigint not null,
    sheet varchar,
    activity_id varchar not null,
    called varchar not null,
    called_by varchar,
    called_date date
);

create table activity_count (
    batch_id varchar not null,
    count_id varchar not null,           -- batch, sheet where it is not the first, first row number, measure
    activity_id varchar not null,
    measure varchar not null,
    value double not null,
    value_high double,                   -- top of a band
    basis varchar not null,
    period_start date,
    period_end date,
    location_id varchar not null,
    role varchar not null,
    source_row_count bigint not null,    -- how many source rows made it
    source_rows integer[] not null,      -- which ones
    source_sheets varchar[],             -- the sheet of each; null where the sheet needs no name
    took_place varchar                   -- of what it was counted at, in the words of `session`; null means as its activity
);

create table session (
    batch_id varchar not null,
    row_number bigint not null,
    sheet varchar,
    session_id varchar not null,
    activity_id varchar not null,
    session_key varchar,                 -- the id that the file itself gives it; null where it gives none
    start_date date,
    minutes double,
    attendance_count double,
    attendance_basis varchar,            -- exact | estimate; null where the source gives no figure or says no more
    returning_count double,
    took_place varchar,                  -- yes | cancelled | postponed | planned | not known; null where the file does not say
    repeat_key varchar                   -- equal keys across sources mean the same meeting; null never pairs
);

create table session_place (             -- a session in several wards has several rows
    batch_id varchar not null,
    session_id varchar not null,
    location_id varchar not null,
    role varchar not null
);

create table source_repeat (             -- source repeats another's sessions
    batch_id varchar not null,
    source_id varchar not null,
    repeats_source_id varchar not null
);

create table stage (
    batch_id varchar not null,
    row_number bigint not null,
    sheet varchar,
    activity_id varchar not null,
    stage varchar not null,
    sharing varchar not null,
    decision_right varchar,
    named_decision varchar,
    why_not_shared varchar
);

create table fact (
    batch_id varchar not null,
    row_number bigint not null,
    sheet varchar,
    activity_id varchar not null,
    fact varchar not null,
    answer varchar not null,
    evidence varchar
);

create table outcome (
    batch_id varchar not null,
    row_number bigint not null,
    sheet varchar,
    activity_id varchar not null,
    what_changed varchar not null,
    who_decided varchar,
    changed_date date,
    told_back_due_date date,
    told_back_date date
);

create table reciprocity (               -- what people gave and what they got; both sides filled in answers the question
    batch_id varchar not null,
    row_number bigint not null,
    sheet varchar,
    activity_id varchar not null,
    gave varchar,
    got varchar
);

create table perspective (               -- whose knowledge was in the room
    batch_id varchar not null,
    row_number bigint not null,
    sheet varchar,
    activity_id varchar not null,
    knowledge varchar not null,          -- lived | local | professional
    who varchar not null,                -- in words: tenants of the two blocks, a housing officer …
    people_count double
);

create table story (                     -- told with consent, in the words of someone who took part
    batch_id varchar not null,
    row_number bigint not null,
    sheet varchar,
    activity_id varchar not null,
    quote varchar not null,
    told_by varchar,                     -- as they wish to be called: a tenant
    consent_scope varchar not null,      -- public | funders | staff
    consent_date date,
    withdraw_by date                     -- until when it can be withdrawn
);

create table statement (                 -- right of reply, and what a group has read and agreed
    batch_id varchar not null,
    row_number bigint not null,
    sheet varchar,
    activity_id varchar not null,
    kind varchar not null,               -- agreed statement | reply of people who took part | reply of the organiser
    words varchar not null,
    said_month varchar                   -- YYYY-MM
);

create table instrument (                -- a validated instrument's aggregate score, without its item text
    batch_id varchar not null,
    row_number bigint not null,
    sheet varchar,
    activity_id varchar not null,
    instrument varchar not null,         -- REST, PPEET, PEIRS-22 …
    version varchar not null,
    score double not null,
    scale varchar not null,              -- what the score runs from and to, in words: 0 to 100
    answered_count bigint not null,      -- ten or more; a score of fewer is not kept
    said_month varchar
);

create table feedback_wave (             -- one asking of the people who took part, once it is closed
    batch_id varchar not null,
    wave_id varchar not null,
    activity_id varchar not null,        -- a pool has a row for each of its activities
    month varchar not null,              -- YYYY-MM
    state varchar not null,              -- published | private | withheld | pooled
    is_one_each boolean not null,        -- single-use tokens; false: one answer per person not assured
    invited_count bigint,                -- null unless published
    answered_count bigint                -- null unless published
);

create table feedback (                  -- how many gave each answer: published waves and pools only
    batch_id varchar not null,
    wave_id varchar not null,
    question varchar not null,
    answer varchar not null,
    answer_count bigint not null
);

-- Names derived so far, append-only; the last run of an activity is its name now. Made from the rows above and the rubric, so
-- it has no batch and stands in no content hash. `inputs` is exactly what the name was derived from.
create table classification (
    run integer not null,
    made_at timestamp not null,
    activity_id varchar not null,
    rubric_version varchar not null,
    name varchar not null,
    rule integer not null,
    rule_id varchar not null,
    conflicts varchar[] not null,
    met varchar[] not null,
    missing varchar[] not null,
    not_recorded_here varchar[] not null,
    next_question varchar,
    comparison varchar not null,
    stages varchar not null,             -- the strip: frame with · commission for · …
    explanation varchar not null,
    inputs varchar not null,             -- JSON
    because varchar not null             -- why it was made: what changed since the run before
);

-- The sets of each kind, newest first: by the year of their boundaries where every set of the kind has one, else by acceptance.
-- Those that were only joined from smaller places come last.
create view place_set_now as
with held as (
    select
        p.kind,
        p.place_set,
        max(regexp_extract(p.vintage, '[0-9]{4}')) as year,
        max(b.sequence) as sequence,
        bool_and(p.is_derived) as is_derived,
        count(distinct p.place_code) as place_count
    from place p
    join batch b using (batch_id)
    group by p.kind, p.place_set
),
dated as (
    select *, bool_and(coalesce(year, '') <> '') over (partition by kind) as has_years
    from held
)
select
    kind,
    place_set,
    place_count,
    row_number() over (
        partition by kind
        order by is_derived, if(has_years, year, '') desc, sequence desc, place_set
    ) as rank
from dated;

-- The places of every set. Where several batches of a set hold a code, the place is the one accepted last; one joined from
-- smaller places gives way.
create view place_in_set as
select p.*
from place p
join batch b using (batch_id)
qualify row_number() over (partition by p.place_code, p.place_set order by p.is_derived, b.sequence desc) = 1;

-- Every place once: of a code that several sets hold, the place of the newest.
create view place_now as
select p.*
from place p
join batch b using (batch_id)
join place_set_now s on s.kind = p.kind and s.place_set = p.place_set
qualify row_number() over (partition by p.place_code order by p.is_derived, s.rank, b.sequence desc) = 1;

-- Where several batches hold an activity, the one accepted last speaks.
create view activity_now as
select a.*
from activity a
join batch b using (batch_id)
qualify row_number() over (partition by a.activity_id order by b.sequence desc, a.sheet desc nulls last, a.row_number desc) = 1;

-- Only what took place is counted, and the four views below are the one place that decides what did: every figure reads them.
-- The day on which what a batch says was handed in. The story of the made-up district is told on a day of its own.
create view batch_day as
select
    batch_id,
    sequence,
    source_id,
    case when not is_demo then coalesce(recorded_date, accepted_at::date) end as recorded_date
from batch;

-- The activities that did not take place, with the word for it: their counts, changes, stages and facts are in no figure.
create view activity_unheld as
select activity_id, took_place
from (
    select
        a.activity_id,
        a.took_place,
        row_number() over (
            partition by a.activity_id
            order by b.sequence desc, a.sheet desc nulls last, a.row_number desc
        ) as rank
    from activity a
    join batch b using (batch_id)
    where a.activity_id in (select activity_id from activity where took_place <> 'yes')
)
where rank = 1 and took_place <> 'yes';

-- Every count of what took place. People cannot have come before the day: such a count is an expectation. Tickets can be sold ahead.
create view count_held as
select c.*
from activity_count c
join batch_day d using (batch_id)
where (c.took_place is null or c.took_place = 'yes')
and c.activity_id not in (select activity_id from activity_unheld)
and not (
    coalesce(c.period_start > d.recorded_date, false)
    and c.measure in ('people', 'attendances', 'group_sessions', 'contact_hours', 'group_size')
);

-- Every meeting as it is told now. A corrected file loaded beside the first tells the same meetings again. Of an activity and a day,
-- two that the files give an id are the same where the id is; else the k-th of one batch is the k-th of another. One without a day
-- pairs by its id alone. The batch accepted last speaks, and a blank in it leaves what was said before.
-- `took_place` is never null: what was said of the meeting (`is_stated`), else of its activity, else planned where its day was still
-- to come when it was handed in, else yes. Planned ends when a later batch tells the meeting again after its day.
create view session_now as
with told_again as (
    select activity_id from session group by activity_id having min(batch_id) <> max(batch_id)
),
-- An id without a day is of the day that it has elsewhere, where that is one.
day_of_key as (
    select activity_id, session_key, min(start_date) as day
    from session
    where session_key is not null and activity_id in (from told_again)
    group by activity_id, session_key
    having min(start_date) = max(start_date)
),
told as (
    select
        s.*,
        b.sequence,
        b.source_id,
        b.recorded_date,
        coalesce(s.start_date, k.day) as day,
        coalesce(s.sheet, '') as part
    from session s
    join batch_day b using (batch_id)
    left join day_of_key k on k.activity_id = s.activity_id and k.session_key = s.session_key
    where s.activity_id in (from told_again)
),
-- The order in which a day's ids came up: the k-th of them is the k-th meeting of that day.
key_rank as (
    select
        activity_id,
        day,
        session_key,
        row_number() over (
            partition by activity_id, day
            order by min({'sequence': sequence, 'part': part, 'row_number': row_number})
        ) as rank
    from told
    where session_key is not null
    group by activity_id, day, session_key
),
-- A batch that has both kinds on one day: its meetings without an id are none of those with one.
mixed as (
    select batch_id, activity_id, day
    from told
    where day is not null
    group by batch_id, activity_id, day
    having count(session_key) between 1 and count(*) - 1
),
ranked as (
    select
        t.*,
        case
            when t.session_key is not null then k.rank
            when m.batch_id is null then t.rank_here
            else -t.rank_here
        end as rank,
        case when t.day is null and t.session_key is null then t.session_id end as alone
    from (
        select
            *,
            row_number() over (
                partition by batch_id, activity_id, day, session_key is null
                order by part, row_number
            ) as rank_here
        from told
    ) t
    left join key_rank k
        on k.activity_id = t.activity_id
        and k.day is not distinct from t.day
        and k.session_key = t.session_key
    left join mixed m on m.batch_id = t.batch_id and m.activity_id = t.activity_id and m.day = t.day
),
meeting as (
    select
        arg_max(batch_id, sequence) as batch_id,
        max(sequence) as sequence,
        arg_max(row_number, sequence) as row_number,
        arg_max_null(sheet, sequence) as sheet,
        arg_max(session_id, sequence) as session_id,
        list(session_id order by sequence desc)[2:] as told_before,
        activity_id,
        arg_max(source_id, sequence) as source_id,
        day as start_date,
        arg_max(minutes, sequence) as minutes,
        arg_max(attendance_count, sequence) as attendance_count,
        arg_max(returning_count, sequence) as returning_count,
        arg_max(repeat_key, sequence) as repeat_key,
        arg_max(took_place, sequence) as stated,
        max(sequence) filter (took_place is not null) as stated_sequence,
        arg_max(coalesce(day > recorded_date, false), sequence) as is_to_come
    from ranked
    group by activity_id, day, rank, alone
    union all by name
    select
        batch_id,
        b.sequence,
        s.row_number,
        s.sheet,
        s.session_id,
        []::varchar[] as told_before,
        s.activity_id,
        b.source_id,
        s.start_date,
        s.minutes,
        s.attendance_count,
        s.returning_count,
        s.repeat_key,
        s.took_place as stated,
        b.sequence as stated_sequence,
        coalesce(s.start_date > b.recorded_date, false) as is_to_come
    from session s
    join batch_day b using (batch_id)
    where s.activity_id not in (from told_again)
),
-- What was still to come when that was said is over once a later batch tells of it after its day.
current_meeting as (
    select
        * exclude (stated, stated_sequence),
        case when stated = 'planned' and stated_sequence < sequence and not is_to_come then null else stated end as stated
    from meeting
)
select
    m.* exclude (stated, is_to_come),
    case
        when m.stated <> 'yes' then m.stated
        when m.stated is null and u.took_place <> 'planned' then u.took_place
        when m.is_to_come then 'planned'
        else 'yes'
    end as took_place,
    coalesce(m.stated is not null or u.took_place <> 'planned', false) as is_stated
from current_meeting m
left join activity_unheld u using (activity_id);

-- Every meeting that took place.
create view session_held as
select *
from session_now
where took_place = 'yes';

create view classification_now as
select *
from classification
qualify row_number() over (partition by activity_id order by run desc) = 1;

-- What is answered of an activity now: where several batches answer, the one accepted last; within a batch, its last row.
create view fact_now as
select f.*
from fact f
join batch b using (batch_id)
qualify row_number() over (partition by f.activity_id, f.fact order by b.sequence desc, f.sheet desc nulls last, f.row_number desc) = 1;

create view stage_now as
select s.*
from stage s
join batch b using (batch_id)
qualify row_number() over (partition by s.activity_id, s.stage order by b.sequence desc, s.sheet desc nulls last, s.row_number desc) = 1;

-- What an activity is called now: the latest dated claim; of undated ones, the one accepted last.
create view claim_now as
select c.*
from claim c
join batch b using (batch_id)
qualify row_number() over (
    partition by c.activity_id
    order by c.called_date desc nulls last, b.sequence desc, c.sheet desc nulls last, c.row_number desc
) = 1;
