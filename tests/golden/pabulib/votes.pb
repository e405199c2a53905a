META
key;value
description;Budget vote in Tidewell, Old Mill
country;United Kingdom
unit;Tidewell
subunit;Old Mill
instance;2024
num_projects;2
num_votes;5
budget;20000
vote_type;approval
rule;greedy
date_begin;03.05.2024
date_end;2024
language;English
PROJECTS
project_id;cost;category;votes;name;target;selected
1;15000;education;3;A café for the library;children;1
2;9000;parks;2;Benches;all;0
VOTES
voter_id;age;sex;voting_method;neighborhood;vote
1001;34;F;internet;Fathom Row;1,2
1002;71;M;paper;Quay;1

1003;19;;internet;;
1001;34;F;internet;Fathom Row;1,2
