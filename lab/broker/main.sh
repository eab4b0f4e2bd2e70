#!/bin/sh
#
# Runs a broker for a case, a NATS server, and does to it what a case asks for: an order a line on standard input (kill,
# start, restart, wipe, fill, free). Owns that process and its store; knows nothing of what is kept there. What the NATS server
# logs comes out as it is, between lines of its own that begin with "broker: ". It ends with its input, and the server with it.
#
#   main.sh ADDRESS PORT FOLDER

set -u
exec 2>&1

address=$1
port=$2
folder=$3
# Older ones let two of several writes that expect the same sequence succeed.
version_min=2.10.27
server=

main() {
  look_for_server
  # What is acknowledged is on the disk. The store's limit is above what a room's log asks for, and never reached.
  cat >"$folder/nats.conf" <<END
listen: "$address:$port"
jetstream { store_dir: "$folder/store", sync_interval: "always", max_file_store: 64GB, max_memory_store: 64MB }
END
  file_size_max=$(prlimit --pid $$ --fsize --noheadings --raw --output SOFT)
  start
  while read -r order; do
    case $order in
      kill) end ;;
      start) start ;;
      restart) end && start ;;
      wipe) end && rm -rf "$folder/store" && start ;;
      fill) limit_files 0 && echo 'broker: full' ;;
      free) limit_files "$file_size_max" && echo 'broker: has room' ;;
    esac
  done
  end
}

look_for_server() {
  command -v nats-server >/dev/null || lack 'nats-server is not installed'
  version=$(nats-server --version | sed 's/.*v//')
  printf '%s\n' "$version_min" "$version" | sort -V -C || lack "nats-server is $version; it takes $version_min or newer"
}

lack() {
  echo "broker: lacks: $1"
  test -z "$server" || kill -KILL "$server"
  exit 0
}

start() {
  nats-server --config "$folder/nats.conf" </dev/null &
  server=$!
}

# Whatever it would add to a file from now on fails, as on a full disk.
limit_files() {
  prlimit --pid "$server" --fsize="$1": || lack 'prlimit (util-linux), which lets nothing more be kept'
}

# In the middle of whatever it does.
end() {
  kill -KILL "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  echo 'broker: ended'
}

main
