#!/bin/sh
# The same as client.py with curl and jq: sh examples/client.sh http://127.0.0.1:8000 KEY examples/riverside.json
# A fourth word is for how many seconds to search (20).
set -eu
url=$1 key=$2 week=$3 seconds=${4:-20}
clinic=$(jq -r .clinic.id "$week")

call() { # METHOD PATH [BODY]: the answer's body; what the service refuses is printed and ends the script
    curl --silent --show-error --fail-with-body -X "$1" "$url$2" -H "Authorization: Bearer $key" \
        -H 'Content-Type: application/json' -H 'If-Match: *' ${3:+--data-binary "$3"}
}

# `If-Match: *` writes over what is there; where there is nothing yet, the clinic is made without it.
parts=$(jq '{clinic: (.clinic | del(.week_start)), session_types, programs, clinicians, rooms}' "$week")
there=$(curl --silent --output /dev/null --write-out '%{http_code}' "$url/v1/clinics/$clinic" -H "Authorization: Bearer $key")
match='If-Match: *'
[ "$there" = 200 ] || match='If-None-Match: *'
curl --silent --show-error --fail-with-body --output /dev/null -X PUT "$url/v1/clinics/$clinic" \
    -H "Authorization: Bearer $key" -H 'Content-Type: application/json' -H "$match" --data-binary "$parts"
call PUT "/v1/clinics/$clinic/patients" "$(jq '{patients}' "$week")" >/dev/null
call PUT "/v1/clinics/$clinic/cohorts" "$(jq '{cohorts: (.cohorts // [])}' "$week")" >/dev/null
call PUT "/v1/clinics/$clinic/apart" "$(jq '{apart: (.apart // [])}' "$week")" >/dev/null

wish=$(jq --argjson seconds "$seconds" '{week_start: .clinic.week_start, pins: (.pins // []), time_limit: $seconds}' "$week")
timetable=$(call POST "/v1/clinics/$clinic/timetables" "$wish" | jq -r .id)
curl --silent --no-buffer "$url/v1/timetables/$timetable/events" -H "Authorization: Bearer $key"
call POST "/v1/timetables/$timetable/publish" | jq '{status, sessions: (.sessions | length), objective: .objective.value}'
