#!/usr/bin/env bash
# Holds package dynamo to the contract of shared/storetest on a real engine.
#   scripts/engines/contract.sh                                    DynamoDB Local, fetched into .tools/ and started for it
#   DYNAMODB_ENDPOINT=http://127.0.0.1:4566 scripts/engines/contract.sh    an engine that runs already, such as MiniStack's
# ENGINE_PORT (4620) is where DynamoDB Local listens, on this machine only as far as the firewall says: it has no such option.
set -euo pipefail
cd "$(dirname "$0")/../.."

contract() { go test -tags engines -count=1 -run '^TestKeepsTheContract$' ./shared/dynamo; }

if [ -n "${DYNAMODB_ENDPOINT:-}" ]; then
	contract
	exit
fi

need() { command -v "$1" >/dev/null 2>&1 || { echo "The contract needs $1. $2" >&2; exit 1; }; }
need java "DynamoDB Local runs on Java 17 or newer: apt-get install openjdk-17-jre-headless"
need mvn "It fetches DynamoDB Local: apt-get install maven"
need curl "apt-get install curl"

pom=scripts/engines/pom.xml
tools=.tools/dynamodb-local
port=${ENGINE_PORT:-4620}

# The copy of the pom is written last: an interrupted fetch, or another version, is fetched anew.
if ! cmp -s "$pom" "$tools/pom.xml"; then
	rm -rf "$tools"
	mkdir -p "$tools"
	mvn --quiet --batch-mode --file "$pom" dependency:copy-dependencies -DoutputDirectory="$PWD/$tools/lib"
	cp "$pom" "$tools/pom.xml"
fi

if curl -s -o /dev/null "http://127.0.0.1:$port/"; then
	echo "Something listens on port $port already. Name another: ENGINE_PORT=… $0" >&2
	exit 1
fi
java -Djava.library.path="$tools/lib" -cp "$tools/lib/*" com.amazonaws.services.dynamodbv2.local.main.ServerRunner \
	-inMemory -sharedDb -disableTelemetry -port "$port" >"$tools/engine.log" 2>&1 &
engine=$!
trap 'kill "$engine" 2>/dev/null; wait "$engine" 2>/dev/null || true' EXIT

tries=0
until curl -s -o /dev/null "http://127.0.0.1:$port/"; do
	tries=$((tries + 1))
	if [ "$tries" -ge 150 ] || ! kill -0 "$engine" 2>/dev/null; then
		echo "DynamoDB Local did not start:" >&2
		tail -n 20 "$tools/engine.log" >&2
		exit 1
	fi
	sleep 0.2
done
DYNAMODB_ENDPOINT="http://127.0.0.1:$port" contract
