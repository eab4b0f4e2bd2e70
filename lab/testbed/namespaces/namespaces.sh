# Owns what is done inside the namespaces of a run: the bridge and the hosts are made here, and programs are started on
# them. It must not know what a program says. Invariant: nothing that it makes outlives the first process of these
# namespaces, which ends with its standard input.
#
#   hold                        the first process: makes the bridge, the hosts, and what is seen of the file system
#   begin                       the first process of a program's own namespaces, in its host's network: mounts what is the
#                               program's own, and waits for a line on 5, FRESH WHERE WHAT WORDS as a shell quotes them;
#                               then it makes the network fresh by FRESH, and runs the program. An empty line before that
#                               makes the network fresh while nobody waits for it
#   beside WHERE WHAT WORDS     among the processes of a program: runs a command as that program's user
#   counted PROCESSES WORDS     in the program's own user namespace: limits processes, and becomes the program
#   renew HOST                  on the bridge: makes a host's network anew
#
# WHERE is PATH LC_ALL FOLDER: the program's own, an empty LC_ALL for none. WHAT is USER PROCESSES FILES MIB NAME: the
# host's own user, the program's limits of processes and threads, of open files, and of each folder's size, and what the
# program is called: words may set variables before it.
#
# Each program of the system that is run on the way to a program costs it a millisecond or more, and a case has four. So
# what the shell can do itself it does, and the tools speak C: for another language they would read a dozen files.
#
# Variables of hold: HOLD_HIDDEN, folders that nobody may look into, a line each; HOLD_KEPT, what is there all the same;
# HOLD_LINKS, links there, a line for the link and one for its target; HOLD_BRIDGE, the bridge's address with its prefix;
# HOLD_HOSTS, a line a host: name, port at the bridge, address with prefix, MAC; HOLD_USER, how a program becomes its user:
# ordinary, root, or root-reading, which may read what is root's alone; HOLD_SCRIPT, this text.
set -eu

# In a line of 5 this stands for a line's end.
newline='
'
# In what is mounted here anew in any case.
run=/dev/howdy-lab
# Whom an ordinary user's program takes itself for, and where a program has its files.
id=1000
folder=/tmp/howdy-lab-folder
# Of a folder that is mounted at once; another size takes one more step.
usual_mib=64
# As FILES_PER_MIB in program-limits.ts.
files_per_mib=256
# 1 where a host's kernel remembers nothing of a connection that has ended, to begin the next one with.
no_memory=/proc/sys/net/ipv4/tcp_no_metrics_save

hold() {
  for tool in mount umount unshare nsenter setpriv hostname ip; do
    command -v "$tool" >/dev/null || { echo "missing $tool"; exit 1; }
  done
  # So that it fails here, and not when the first program starts.
  counts=apart
  [ "$HOLD_USER" != ordinary ] || counts=$(unshare --user --map-user $id --map-group $id sh -c "$HOLD_SCRIPT" sh count)
  mount -t proc hosts-proc /proc
  each_line "$HOLD_HIDDEN" hide
  make_devices
  mkdir -p "$run/net" "$run/name"
  printf '%s\n' "$HOLD_LINKS" >"$run/links"
  make_links
  printf '%s\n' "$HOLD_SCRIPT" >"$run/script"
  printf '%s\n' "$HOLD_HOSTS" >"$run/hosts"
  printf '%s\n' "$HOLD_KEPT" | grep '^/tmp/' >"$run/kept" || :
  printf '%s\n' "$HOLD_USER" >"$run/user"
  write_mounts
  make_network
  make_read_only
  echo "ready $counts"
  while read -r _; do :; done
}

# Whether the kernel counts the processes of a user namespace apart from all others of its user. Before Linux 5.14 it does
# not: a limit would then count what else the user runs.
count() {
  if (limit_processes 4 && (:)) 2>/dev/null; then echo apart; else echo together; fi
}

# Calls a function with each line of a text.
each_line() {
  [ -z "$1" ] || printf '%s\n' "$1" | while IFS= read -r line; do "$2" "$line"; done
}

# Puts an empty folder over one, and what is kept of it into that. A folder that cannot be entered needs no hiding.
hide() {
  cd "$1" 2>/dev/null || return 0
  mount -t tmpfs -o mode=755,size=1m hidden "$1"
  hidden=$1
  each_line "$HOLD_KEPT" bring_back
  cd /
}

# The working folder is still the one below the empty one.
bring_back() {
  case $1 in "$hidden"/*) ;; *) return 0 ;; esac
  below=./${1#"$hidden"/}
  if [ -d "$below" ]; then mkdir -p "$1"; else mkdir -p "${1%/*}" && : >"$1"; fi
  mount --no-canonicalize --rbind "$below" "$1"
}

make_links() {
  while IFS= read -r link && IFS= read -r target; do
    [ -e "$link" ] || { mkdir -p "${link%/*}" && ln -s "$target" "$link"; }
  done <"$run/links"
}

make_devices() {
  cd /dev
  mount -t tmpfs -o mode=755,size=1m devices /dev
  for device in null zero full random urandom tty; do
    : >"/dev/$device"
    mount --no-canonicalize --bind "./$device" "/dev/$device"
  done
  cd /
  mkdir /dev/pts /dev/shm
  ln -s /proc/self/fd /dev/fd
  ln -s fd/0 /dev/stdin
  ln -s fd/1 /dev/stdout
  ln -s fd/2 /dev/stderr
  ln -s pts/ptmx /dev/ptmx
}

# What each program has of its own. The names are only to differ from what is mounted there already.
write_mounts() {
  cat >"$run/mounts" <<MOUNTS
program-proc /proc proc defaults
program-tmp /tmp tmpfs mode=1777,size=${usual_mib}m,nr_inodes=$((usual_mib * files_per_mib))
program-folder $folder tmpfs X-mount.mkdir,mode=1777,size=${usual_mib}m,nr_inodes=$((usual_mib * files_per_mib))
program-shm /dev/shm tmpfs mode=1777,size=${usual_mib}m,nr_inodes=$((usual_mib * files_per_mib))
program-pts /dev/pts devpts newinstance,ptmxmode=0666,mode=620
MOUNTS
}

make_network() {
  ip -batch - <<BATCH
link set lo up
link add howdy0 type bridge
addr add $HOLD_BRIDGE dev howdy0
link set howdy0 addrgenmode none up
BATCH
  while read -r name port address mac; do
    [ -n "$name" ] || continue
    : >"$run/net/$name" && : >"$run/name/$name"
    unshare "--uts=$run/name/$name" hostname "$name"
    make_host "$name" "$port" "$address" "$mac"
  done <"$run/hosts"
}

# Made from the network of the bridge.
make_host() {
  # Where a kernel has this for the whole machine only, make_fresh does without.
  unshare "--net=$run/net/$1" sh -c "echo 1 >$no_memory || :" 2>/dev/null
  ip -batch - <<BATCH
link add $2 type veth peer name eth0 address $4 netns $run/net/$1
link set $2 master howdy0 addrgenmode none up
BATCH
  nsenter "--net=$run/net/$1" ip -batch - <<BATCH
link set lo up
addr add $3 dev eth0
link set eth0 addrgenmode none up
BATCH
}

# Everything that can be seen becomes read-only; what refuses is covered.
make_read_only() {
  mounts=$(cat /proc/self/mountinfo)
  printf '%s\n' "$mounts" | while read -r _ _ _ _ point options _; do
    point=$(printf %b "$point")
    case $options in rw*) ;; *) continue ;; esac
    case $point in /proc | /proc/* | /dev | /dev/*) continue ;; esac
    is_seen "$point" && [ -e "$point" ] || continue
    # An engine may take one of its own away meanwhile.
    mount -o "remount,bind,ro,${options#rw,}" "$point" 2>/dev/null || cover "$point" || [ ! -e "$point" ]
  done
  each_line "$HOLD_HIDDEN" seal
  seal /dev
}

cover() {
  if [ -d "$1" ]; then mount -t tmpfs -o ro,mode=755,size=1m covered "$1"; else mount --bind /dev/null "$1"; fi
}

seal() {
  ! (cd "$1") 2>/dev/null || mount -o remount,bind,ro "$1"
}

# Whether a mount is not below an empty folder that hides it.
is_seen() {
  ! is_in "$1" "$HOLD_HIDDEN" || is_in "$1" "$HOLD_KEPT"
}

# Whether a path is one of those in a text, or below one.
is_in() {
  while IFS= read -r top; do
    [ -n "$top" ] || continue
    case $1 in "$top" | "$top"/*) return 0 ;; esac
  done <<TOPS
$2
TOPS
  return 1
}

# Ends the sockets that an earlier program left, those in TIME_WAIT above all: where one is left at a port, a server that
# does not set SO_REUSEADDR cannot listen there for a minute.
make_fresh() {
  has_sockets || return 0
  ss -K -tan >/dev/null 2>&1 || :
  forgets=0
  read -r forgets 2>/dev/null <$no_memory || :
  [ "$forgets" = 1 ] || ip tcp_metrics flush >/dev/null 2>&1 || :
  ! has_sockets
}

# The relay listens at loopback addresses, and stays; all else that is left is a former program's.
make_fresh_beside_relay() {
  ss -K -tan not src 127.0.0.0/8 >/dev/null 2>&1 || :
}

# By the kernel's counts: for /proc/net/tcp it would walk the tables of the whole machine, which takes longer than all else.
has_sockets() {
  tcp='' tcp6=0
  for counts in /proc/net/sockstat /proc/net/sockstat6; do
    [ ! -e $counts ] || while read -r kind _ inuse _ _ _ waiting _; do
      case $kind in TCP:) tcp=$inuse.$waiting ;; TCP6:) tcp6=$inuse ;; esac
    done <$counts
  done
  [ "$tcp.$tcp6" != 0.0.0 ]
}

renew() {
  while read -r name port address mac; do
    [ "$name" = "$1" ] || continue
    ip link delete "$port"
    umount "$run/net/$name"
    make_host "$name" "$port" "$address" "$mac"
  done <"$run/hosts"
}

# 2 is for complaints of the tools, 3 tells the lab what becomes of the program, and 4 is the program's standard error.
# All that can be done before the program is known is done before: it may wait for a whole case.
begin() {
  mount_own
  call=
  while [ -z "$call" ]; do
    IFS= read -r call <&5 || exit 0
    # What is left all the same is told when a program is to run.
    [ -n "$call" ] || make_fresh || :
  done
  exec 5<&-
  eval "set -- $call"
  "$1" || { echo used >&3; exit 1; }
  shift
  [ "$7" = $usual_mib ] || resize "$7"
  exec 2>/dev/null
  status=0
  (run_program "$@") || status=$?
  echo "ended $status" >&3
  exit $status
}

mount_own() {
  cd /tmp
  mount --all --fstab "$run/mounts"
  hidden=/tmp
  while IFS= read -r kept; do bring_back "$kept"; done <"$run/kept"
  cd /
  make_links
}

# With the name of what is mounted there, mount does not repeat its options, some of which an ordinary user may not give.
resize() {
  while read -r name point kind _; do
    [ "$kind" != tmpfs ] || mount -o "remount,size=$1m,nr_inodes=$(($1 * files_per_mib))" -t tmpfs "$name" "$point"
  done <"$run/mounts"
}

beside() {
  exec 3>&2 4>&2 2>/dev/null
  run_program "$@"
}

run_program() {
  path=$1 lc_all=$2 directory=$3 own_id=$4 processes=$5 open_files=$6 name=$8
  shift 8
  { cd "$directory" && is_program "$name"; } || { echo missing >&3; exit 127; }
  setpriv=$(command -v setpriv) unshare=$(command -v unshare) sh=$(command -v sh)
  read -r user <$run/user
  [ "$mode" = beside ] || echo started >&3
  PATH=$path LC_ALL=$lc_all
  [ -n "$lc_all" ] || unset LC_ALL
  # An ordinary user's own limit may be lower, and stays.
  ulimit -c 0
  ulimit -n $open_files 2>/dev/null || :
  exec 2>&4 3>&- 4>&-
  case $user in
    # In a user namespace of its own nobody else's processes are counted.
    ordinary) exec "$unshare" --user --map-user $id --map-group $id \
      "$sh" $run/script counted "$processes" "$setpriv" --no-new-privs "$@" ;;
    root) rights=-all ;;
    root-reading) rights=-all,+dac_read_search ;;
  esac
  limit_processes "$processes" || :
  exec "$setpriv" --reuid "$own_id" --regid "$own_id" --clear-groups --no-new-privs \
    --inh-caps "$rights" --ambient-caps "$rights" --bounding-set "$rights" "$@"
}

counted() {
  limit_processes "$1" || :
  shift
  exec "$@"
}

# Shells differ in this option's letter.
limit_processes() {
  ulimit -u "$1" 2>/dev/null || ulimit -p "$1" 2>/dev/null
}

is_program() {
  case $1 in */*) [ -f "$1" ] && [ -x "$1" ]; return ;; esac
  places=$path:
  while [ -n "$places" ]; do
    place=${places%%:*} places=${places#*:}
    [ -f "$place/$1" ] && [ -x "$place/$1" ] && return 0
  done
  return 1
}

mode=$1
"$@"
