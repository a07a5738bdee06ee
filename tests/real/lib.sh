# What the start scripts of the real consoles have in common; they source it and end with `run "$@"`.
# shellcheck shell=bash
#
# A script sets before that:
#   CONSOLE     its own name, for messages
#   PACKAGES    the Debian packages it needs
#   PROCESSES   the names of the process groups of an instance, in the order in which they end
#   VERBS       what it can do besides install, start, stop and relabel; each is a function that takes a DIR
# and has a function `start DIR PORT`.
set -euo pipefail
shopt -s inherit_errexit

# shellcheck disable=SC2034  # for the scripts' fingerprints
LIBRARY=${BASH_SOURCE[0]}
declare -A ASK=() # the signal that asks a process group to end, where it is another than TERM

say() { echo "$CONSOLE: $*" >&2; }
fail() { say "$*"; exit 1; }
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2; exit 2; }

# --- packages -----------------------------------------------------------------------------------

missing_packages() {
  local package
  for package in "${PACKAGES[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
}

# Installs what is missing. No service is started: a policy file says so to the packages' scripts,
# and is taken away again unless the machine had one of its own.
install_packages() {
  local missing policy=/usr/sbin/policy-rc.d
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || fail "installing ${missing[*]} needs root"
  if [ ! -e "$policy" ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  export DEBIAN_FRONTEND=noninteractive
  local get=(apt-get -o DPkg::Lock::Timeout=600 -qq)
  local install=("${get[@]}" install -y --no-install-recommends "${missing[@]}")
  say "installing ${missing[*]}"
  if ! "${install[@]}" </dev/null >&2; then
    "${get[@]}" update >&2
    "${install[@]}" </dev/null >&2
  fi
}

need_packages() {
  local missing
  missing=$(missing_packages | tr '\n' ' ')
  [ -z "$missing" ] || fail "missing: ${missing}(\`$0 install\` installs them)"
}

# --- folders ------------------------------------------------------------------------------------

# Makes a folder and prints its whole name.
whole() { # DIR
  mkdir -p "$1"
  (cd "$1" && pwd -P)
}

# Keeps others from starting or stopping the same instance, until this script ends.
lock() { # DIR
  exec 9>>"$1/lock"
  flock -w 120 9 || fail "somebody else is starting $1"
}

# Reads what something is made from, and prints a short name for exactly that.
fingerprint() { sha256sum | cut -c 1-16; }

# Prints where in FOLDER the thing of this NAME is, after making it if it is missing: one process at
# a time makes it beside its place, with COMMAND and that place, and moves it there whole. One that
# is there is never changed, since running instances use it.
once() { # FOLDER NAME COMMAND...
  local dir ready new
  dir=$(whole "$1")
  ready=$dir/$2
  new=$dir/new
  shift 2
  exec 9>>"$dir/lock"
  flock 9
  if [ ! -d "$ready" ]; then
    end_all "$new"
    rm -rf "$new"
    mkdir -p "$new"
    # Nobody else would end what a making that failed or was broken off has started.
    trap 'end_all "$new"' EXIT
    "$@" "$new" >&2
    trap - EXIT
    mv "$new" "$ready"
  fi
  exec 9>&-
  echo "$ready"
}

# --- processes ----------------------------------------------------------------------------------

# Starts a command in the background, in a process group of its own. The child writes its own id
# down before it becomes the command, so there is no moment at which it runs unrecorded. It carries
# the folder in its environment: that is how it is known again, should its id be somebody else's by then.
spawn() { # DIR NAME COMMAND...
  local dir=$1 name=$2
  shift 2
  # shellcheck disable=SC2016  # the inner shell expands these
  USHER_CONSOLE=$dir setsid /bin/sh -c 'echo $$ >"$0" && exec "$@"' "$dir/pids/$name" "$@" \
    </dev/null >>"$dir/log/$name.log" 2>&1 9>&- &
  local tries=0
  until [ -s "$dir/pids/$name" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 500 ] || fail "could not start $name"
    sleep 0.01
  done
}

# Prints the processes of a recorded group that are ours and alive. A zombie has no environment left;
# a process that writes a title over its environment is known by the folder it stands in.
members() { # DIR NAME
  local dir=$1 group stat rest
  group=$(cat "$dir/pids/$2" 2>/dev/null) || return 0
  [ -n "$group" ] || return 0
  for stat in /proc/[0-9]*/stat; do
    { read -r rest <"$stat"; } 2>/dev/null || continue
    # After the command's name, which stands in brackets: state, parent, group.
    read -r _ _ rest _ <<<"${rest##*) }"
    [ "$rest" = "$group" ] || continue
    grep -qzxF "USHER_CONSOLE=$dir" "${stat%stat}environ" 2>/dev/null ||
      [[ $(readlink "${stat%stat}cwd" 2>/dev/null) == "$dir"/* ]] || continue
    stat=${stat#/proc/}
    echo "${stat%/stat}"
  done
}

# Ends one recorded group: asks, waits ten seconds, then insists; returns when nothing is left of it.
end() { # DIR NAME
  local dir=$1 name=$2 left tries=0
  while left=$(members "$dir" "$name") && [ -n "$left" ]; do
    # shellcheck disable=SC2086  # several ids
    case $tries in
      0) kill -s "${ASK[$name]:-TERM}" $left 2>/dev/null || true ;;
      200) kill -s KILL $left 2>/dev/null || true ;;
      400) fail "$name does not end: $left" ;;
    esac
    tries=$((tries + 1))
    sleep 0.05
  done
  rm -f "$dir/pids/$name"
}

end_all() { # DIR
  local name
  for name in "${PROCESSES[@]}"; do end "$1" "$name"; done
}

stop() { # DIR
  local dir
  [ -d "$1" ] || return 0
  dir=$(whole "$1")
  lock "$dir"
  end_all "$dir"
}

# --- the web server -----------------------------------------------------------------------------

# Prints the port to listen on: the one asked for, else the last one if it is free, else a free one.
# It is taken from below the range the kernel hands out to clients.
choose_port() { # DIR PORT
  local port tries
  if [ "$2" != 0 ]; then echo "$2"; return; fi
  port=$(cat "$1/port" 2>/dev/null || true)
  for tries in {1..200}; do
    if [ -n "$port" ] && ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
    port=$((20000 + RANDOM % 12000))
  done
  fail "no free port in $tries tries"
}

# Whether this group is who listens on the port. Somebody else may have taken it meanwhile, and their
# page may look exactly as ours.
listens() { # DIR NAME PORT
  local socket process
  socket=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk -v port="$(printf ':%04X' "$3")" '$4 == "0A" && substr($2, length($2) - 4) == port {print $10}') || true
  [ -n "$socket" ] || return 1
  for process in $(members "$1" "$2"); do
    [ -z "$(find "/proc/$process/fd" -lname "socket:\[${socket%%$'\n'*}\]" 2>/dev/null)" ] || return 0
  done
  return 1
}

page() { # PORT PATH
  (
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\n\r\n' "$2" "$1" >&3
    timeout 20 cat <&3
  ) 2>/dev/null
}

# Starts the web server with `spawn_web DIR PORT`, and waits until its PATH answers with WORD in it.
# Between choosing a port and listening on it somebody else may have taken it: then another one.
start_web() { # DIR PORT PATH WORD
  local dir=$1 port tries
  for tries in 1 2 3 4 5; do
    port=$(choose_port "$dir" "$2")
    spawn_web "$dir" "$port"
    if wait_for_page "$dir" "$port" "$3" "$4"; then
      echo "$port" >"$dir/port"
      return
    fi
    end "$dir" web
    [ "$2" = 0 ] || break
  done
  tail -n 20 "$dir/log/web.log" >&2
  end_all "$dir"
  fail "nothing answers on port $port after $tries tries (see $dir/log/web.log)"
}

# Should the web server end meanwhile, says so at once.
wait_for_page() { # DIR PORT PATH WORD
  local until=$((SECONDS + 60))
  while [ "$SECONDS" -lt "$until" ] && [ -n "$(members "$1" web)" ]; do
    # All of the page is read, or its sender would be told that nobody listens.
    if listens "$1" web "$2" && page "$2" "$3" | grep -F "$4" >/dev/null; then return 0; fi
    sleep 0.05
  done
  return 1
}

# Prints what an instance has to tell, as one line of JSON; last come the ids of its processes.
tell() { # DIR NAME VALUE [NAME VALUE]...
  local dir=$1 value name ids=()
  shift
  printf '{'
  while [ $# -gt 0 ]; do
    value=${2//\\/\\\\}
    printf '"%s":"%s",' "$1" "${value//\"/\\\"}"
    shift 2
  done
  for name in "${PROCESSES[@]}"; do ids+=("$(cat "$dir/pids/$name")"); done
  printf '"pids":[%s]}\n' "$(IFS=,; echo "${ids[*]}")"
}

# --- labels -------------------------------------------------------------------------------------

# From now on, what reads FROM on the console's pages reads TO. The same with the two swapped takes it
# back. The pairs lie in a file that each console asks at every request: a line each, parted by a tab.
relabel() { # DIR FROM TO
  local dir pair back
  dir=$(whole "$1")
  pair=$(printf '%s\t%s' "$2" "$3")
  back=$(printf '%s\t%s' "$3" "$2")
  case $2$3 in *[$'\t\n']*) fail "a label is one line without tabs" ;; esac
  if [ -z "$2" ] || [ -z "$3" ]; then fail "a label is not empty"; fi
  lock "$dir"
  touch "$dir/labels"
  if grep -qxF -e "$back" "$dir/labels"; then
    grep -vxF -e "$back" "$dir/labels" >"$dir/labels.new" || true
  else
    { grep -vxF -e "$pair" "$dir/labels" || true; echo "$pair"; } >"$dir/labels.new"
  fi
  mv "$dir/labels.new" "$dir/labels"
}

# --- consoles in PHP ----------------------------------------------------------------------------

# PHP's settings; folders are part of them, so every instance has its own.
write_php_settings() { # DIR
  cat >"$1/php.ini" <<INI
memory_limit = 256M
display_errors = Off
log_errors = On
sendmail_path = "/bin/sh '$1/sendmail'"
opcache.enable = 1
opcache.memory_consumption = 64
sys_temp_dir = "$1/tmp"
auto_prepend_file = "$1/prepend.php"
INI
  # A mail is collected whole and then appended under a lock: workers send at the same time.
  cat >"$1/sendmail" <<'SH'
dir=$(dirname "$0")
mail=$(mktemp "$dir/tmp/mail.XXXXXX")
{ echo "From usher $(date -u +%Y-%m-%dT%H:%M:%SZ)"; tr -d '\r'; echo; } >"$mail"
{ flock 8 && cat "$mail" >&3; } 8>>"$dir/mail.lock" 3>>"$dir/mail.txt"
rm -f "$mail"
SH
  : >>"$1/mail.txt"
  # Labels are changed on the way out, and only whole ones: a text between two tags, or an attribute
  # that is shown or spoken. What a form would send stays as it is.
  cat >"$1/prepend.php" <<'PHP'
<?php
(function () {
    $labels = PHP_SAPI === 'cli-server' ? @file(__DIR__ . '/labels', FILE_IGNORE_NEW_LINES) : false;
    if (!$labels) {
        return;
    }
    ob_start(function ($page) use ($labels) {
        foreach (headers_list() as $header) {
            if (stripos($header, 'content-type:') === 0 && stripos($header, 'text/html') === false) {
                return $page;
            }
        }
        foreach ($labels as $label) {
            [$from, $to] = explode("\t", $label);
            $from = preg_quote($from, '~') . '|' . preg_quote(htmlspecialchars($from), '~');
            $button = '<input\b(?=[^>]*\btype=["\'](?:submit|button|reset)["\'])[^>]*?\bvalue';
            $page = preg_replace_callback(
                ["~(>\s*)(?:$from)(?=\s*<)~", "~(\s(?:title|alt|placeholder|aria-label)=[\"'])(?:$from)(?=[\"'])~", "~($button=[\"'])(?:$from)(?=[\"'])~"],
                function ($found) use ($to) { return $found[1] . htmlspecialchars($to); },
                $page
            );
        }
        return $page;
    });
})();
PHP
}

# Prints the address of every mail that was sent, one a line.
mail() { # DIR
  awk '/^From usher /{head = 1; next} head && /^$/{head = 0} head && sub(/^To: */, ""){gsub(/.*<|>.*/, ""); print}' "$1/mail.txt"
}

# --- the command line ---------------------------------------------------------------------------

run() {
  local verb
  [ $# -ge 1 ] || usage
  verb=$1
  shift
  case $verb in
    install) [ $# = 0 ] || usage; install_packages; return ;;
    start) [ $# = 1 ] || [ $# = 2 ] || usage ;;
    stop) [ $# = 1 ] || usage ;;
    relabel) [ $# = 3 ] || usage ;;
    *) [[ " ${VERBS[*]} " == *" $verb "* && $# = 1 ]] || usage ;;
  esac
  need_packages
  case $verb in
    start) start "$1" "${2:-0}" ;;
    *) "$verb" "$@" ;;
  esac
}
