#!/bin/bash
# A real WordPress to test against: Debian's package, PHP's own web server and a private MariaDB.
#
#   wordpress.sh install          install the Debian packages that are missing (needs root)
#   wordpress.sh template DIR     prepare an installed WordPress once, for `start` to copy
#   wordpress.sh start DIR [PORT] start it; prints one line of JSON once it answers
#   wordpress.sh truth DIR        print who is in it, from its database, one JSON object a line
#   wordpress.sh mail DIR         print the address of every mail it sent, one a line
#   wordpress.sh stop DIR         end it, and wait until it is gone
#
# DIR holds everything an instance has: its database, pages, mail, logs and process ids. Only with
# a template are the pages (which nobody changes) links into the template's folder.
# A `start` on a DIR that was used before keeps its data, whatever became of the processes: what is
# left of them is ended first. Without PORT, or with 0, it keeps the port it had if that is free,
# else it takes a free one.
#
#   TEMPLATE=DIR      start: copy this template instead of installing; it is made if it is missing
#   PEOPLE=n          start, template: how many people besides the administrator (45)
#   PEOPLE_FILE=path  start: more people, one a line, six fields parted by tabs:
#                     login, e-mail, first name, last name, role, number of published posts
set -euo pipefail

PACKAGES=(wordpress php-cli php-mysql mariadb-server mariadb-client)
PACKAGED=/usr/share/wordpress
ADMIN="admin"
ADMIN_MAIL=admin@corp.test
PASSWORD=Adm1n-pass-9     # of the administrator
PEOPLE_PASSWORD=Pers0n-pass-9
TITLE=Corp                # stands in mail subjects, so: letters only
WORKERS=4                 # PHP's server answers one request per worker at a time

say() { echo "wordpress: $*" >&2; }
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

# --- processes ----------------------------------------------------------------------------------

# Starts a command in the background, in a process group of its own. The child writes its own id
# down before it becomes the command, so there is no moment at which it runs unrecorded. It carries
# the folder in its environment: that is how it is known again, should its id be somebody else's by then.
spawn() { # DIR NAME COMMAND...
  local dir=$1 name=$2
  shift 2
  # shellcheck disable=SC2016  # the inner shell expands these
  USHER_WORDPRESS=$dir setsid /bin/sh -c 'echo $$ >"$0" && exec "$@"' "$dir/pids/$name" "$@" \
    </dev/null >>"$dir/log/$name.log" 2>&1 9>&- &
  local tries=0
  until [ -s "$dir/pids/$name" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 500 ] || fail "could not start $name"
    sleep 0.01
  done
}

# Prints the processes of a recorded group that are ours and alive. A zombie has no environment left.
members() { # DIR NAME
  local dir=$1 group stat rest
  group=$(cat "$dir/pids/$2" 2>/dev/null) || return 0
  [ -n "$group" ] || return 0
  for stat in /proc/[0-9]*/stat; do
    { read -r rest <"$stat"; } 2>/dev/null || continue
    # After the command's name, which stands in brackets: state, parent, group.
    read -r _ _ rest _ <<<"${rest##*) }"
    [ "$rest" = "$group" ] || continue
    grep -qzxF "USHER_WORDPRESS=$dir" "${stat%stat}environ" 2>/dev/null || continue
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
      0) kill -TERM $left 2>/dev/null || true ;;
      200) kill -KILL $left 2>/dev/null || true ;;
      400) fail "$name does not end: $left" ;;
    esac
    tries=$((tries + 1))
    sleep 0.05
  done
  rm -f "$dir/pids/$name"
}

end_all() { end "$1" web; end "$1" db; }

# --- the database -------------------------------------------------------------------------------

sql() { # DIR [OPTION...]; the statement comes on the standard input
  local dir=$1
  shift
  mariadb --no-defaults --socket="$dir/db.sock" --user=root --default-character-set=utf8mb4 --batch --skip-column-names "$@"
}

# Small, on a socket only. Commits reach the kernel at once (so they outlive a killed process) but
# are not forced to the disk (the machine's own crash is not what is tested).
start_database() { # DIR
  local dir=$1 tries=0 as=()
  [ ${#dir} -le 95 ] || fail "the folder's name is too long for a socket: $dir"
  [ "$(id -u)" != 0 ] || as=(--user=root)
  spawn "$dir" db mariadbd --no-defaults "${as[@]}" --datadir="$dir/db" --socket="$dir/db.sock" --pid-file="$dir/db/server.pid" \
    --skip-networking --skip-log-bin --skip-name-resolve --performance-schema=OFF --max-connections=40 \
    --innodb-buffer-pool-size=16M --innodb-log-file-size=8M --innodb-log-buffer-size=2M --innodb-flush-log-at-trx-commit=2 \
    --innodb-buffer-pool-dump-at-shutdown=OFF --innodb-buffer-pool-load-at-startup=OFF \
    --aria-pagecache-buffer-size=2M --aria-log-file-size=8M --key-buffer-size=1M --query-cache-size=0 \
    --table-open-cache=200 --open-files-limit=1000 --tmpdir="$dir/tmp"
  until echo 'select 1' | sql "$dir" >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 1200 ] || [ -z "$(members "$dir" db)" ]; then
      tail -n 20 "$dir/log/db.log" >&2
      fail "the database did not start (see $dir/log/db.log)"
    fi
    sleep 0.05
  done
}

# --- what is written into a fresh instance ------------------------------------------------------

# The configuration asks the environment where it is, so that one copy serves every instance.
write_configuration() { # WWW
  cat >"$1/wp-config.php" <<'PHP'
<?php
define('DB_NAME', 'wp');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:' . getenv('USHER_WORDPRESS') . '/db.sock');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_HOME', getenv('USHER_WORDPRESS_URL'));
define('WP_SITEURL', WP_HOME);
foreach (['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT'] as $salt) {
    define($salt, 'for tests only: ' . $salt);
}
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISABLE_WP_CRON', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
PHP
  # People's pictures would be fetched from the internet: here they are a blank of the same size.
  mkdir -p "$1/wp-content/mu-plugins"
  cat >"$1/wp-content/mu-plugins/no-internet.php" <<'PHP'
<?php
add_filter('pre_get_avatar_data', function ($data) {
    $data['url'] = includes_url('images/blank.gif');
    $data['found_avatar'] = true;
    return $data;
});
PHP
}

# PHP's settings; the folder of the mail script is part of them, so every instance has its own.
write_php_settings() { # DIR
  cat >"$1/php.ini" <<INI
memory_limit = 256M
display_errors = Off
log_errors = On
sendmail_path = "/bin/sh '$1/sendmail'"
opcache.enable = 1
opcache.memory_consumption = 64
sys_temp_dir = "$1/tmp"
INI
  # A mail is collected whole and then appended under a lock: workers send at the same time.
  cat >"$1/sendmail" <<'SH'
dir=$(dirname "$0")
mail=$(mktemp "$dir/tmp/mail.XXXXXX")
{ echo "From usher $(date -u +%Y-%m-%dT%H:%M:%SZ)"; tr -d '\r'; echo; } >"$mail"
{ flock 8 && cat "$mail" >&3; } 8>>"$dir/mail.lock" 3>>"$dir/mail.txt"
rm -f "$mail"
SH
}

# WordPress's own installer, without the mail it sends to the new administrator.
install_site() { # DIR
  USHER_WORDPRESS=$1 USHER_WORDPRESS_URL=http://127.0.0.1 php -c "$1/php.ini" -- "$1/www" "$TITLE" "$ADMIN" "$ADMIN_MAIL" "$PASSWORD" >"$1/log/install.log" 2>&1 <<'PHP' ||
<?php
[, $www, $title, $admin, $mail, $password] = $argv;
define('WP_INSTALLING', true);
$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'REQUEST_URI' => '/', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
function wp_mail() { return true; }
require "$www/wp-load.php";
require ABSPATH . 'wp-admin/includes/upgrade.php';
$made = wp_install($title, $admin, $mail, false, '', $password);
// Twice a year an administrator is asked at sign-in whether the address is still right. A template may grow old: not here.
update_option('admin_email_lifespan', PHP_INT_MAX);
exit(is_int($made['user_id']) && $made['user_id'] > 0 ? 0 : 1);
PHP
    { tail -n 20 "$1/log/install.log" >&2; fail "WordPress did not install (see $1/log/install.log)"; }
}

# Puts people in: PEOPLE of them with names that are always the same, and those of PEOPLE_FILE.
# Whoever is there already stays as they are.
seed() { # DIR PEOPLE [PEOPLE_FILE]
  USHER_WORDPRESS=$1 USHER_WORDPRESS_URL=http://127.0.0.1 php -c "$1/php.ini" -- "$1/www" "$2" "${3:-}" "$PEOPLE_PASSWORD" >"$1/log/seed.log" 2>&1 <<'PHP' ||
<?php
[, $www, $people, $file, $password] = $argv;
$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'REQUEST_URI' => '/', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
require "$www/wp-load.php";
add_filter('pre_wp_mail', '__return_true');

$first = ['Ada', 'Ben', 'Carla', 'Dmitri', 'Elif', 'Femi', 'Grace', 'Hugo', 'Ines', 'Jonas', 'Kofi', 'Lena', 'Mateo', 'Nadia', 'Omar', 'Priya', 'Quentin', 'Rosa', 'Sven', 'Tamar'];
$last = ['Abbot', 'Becker', 'Costa', 'Duarte', 'Eriksen', 'Fontaine', 'Greco', 'Haddad', 'Ivanov', 'Jansen', 'Kimura', 'Lopez', 'Moreau', 'Novak', 'Okafor', 'Peters', 'Quiroga', 'Rossi', 'Schmidt', 'Tanaka', 'Ueda', 'Vargas', 'Weber'];
$roles = ['subscriber', 'contributor', 'author', 'editor'];
$wanted = [];
for ($n = 0; $n < (int) $people; $n++) {
    $login = sprintf('user%03d', $n);
    $round = intdiv($n, 20 * 23);   // only then do names come again, with a number
    $wanted[] = [$login, "$login@corp.test", $first[$n % 20], $last[$n % 23] . ($round ? " $round" : ''), $roles[$n % 4], 0];
}
if ($file !== '') {
    $lines = file($file, FILE_IGNORE_NEW_LINES);
    if ($lines === false) {
        fwrite(STDERR, "cannot read $file\n");
        exit(1);
    }
    foreach ($lines as $number => $line) {
        if ($line === '' || $line[0] === '#') {
            continue;
        }
        $fields = explode("\t", $line);
        if (count($fields) !== 6) {
            fwrite(STDERR, "$file:" . ($number + 1) . ": six fields are wanted\n");
            exit(1);
        }
        $wanted[] = $fields;
    }
}
$wpdb->query('start transaction');
$hash = wp_hash_password($password);
$make = function ($data) use ($hash) { $data['user_pass'] = $hash; return $data; };
add_filter('wp_pre_insert_user_data', $make);
foreach ($wanted as [$login, $mail, $given, $family, $role, $posts]) {
    if (username_exists($login)) {
        continue;
    }
    $id = wp_insert_user(['user_login' => $login, 'user_email' => $mail, 'user_pass' => '', 'first_name' => $given, 'last_name' => $family, 'role' => $role]);
    if (is_wp_error($id)) {
        fwrite(STDERR, "$login: " . $id->get_error_message() . "\n");
        exit(1);
    }
    for ($n = 1; $n <= (int) $posts; $n++) {
        wp_insert_post(['post_author' => $id, 'post_title' => "Post $n of $login", 'post_content' => 'Text.', 'post_status' => 'publish']);
    }
}
$wpdb->query('commit');
PHP
    { tail -n 20 "$1/log/seed.log" >&2; fail "people could not be put in (see $1/log/seed.log)"; }
}

# --- an instance --------------------------------------------------------------------------------

# Copies the package's pages. Links inside it lead to other packages; one that leads nowhere is no loss.
copy_pages() { # DIR
  rm -rf "$1/www"
  cp -aL "$PACKAGED" "$1/www" 2>>"$1/log/copy.log" || [ -f "$1/www/wp-load.php" ] || fail "no WordPress in $PACKAGED"
  write_configuration "$1/www"
}

# Makes a database and pages from nothing, with PEOPLE in it, and leaves the database running.
build() { # DIR PEOPLE
  local dir=$1 as=()
  rm -rf "$dir/db"
  mkdir -p "$dir/db"
  copy_pages "$dir"
  [ "$(id -u)" != 0 ] || as=(--user=root)
  mariadb-install-db --no-defaults "${as[@]}" --datadir="$dir/db" --auth-root-authentication-method=normal --skip-test-db \
    --innodb-log-file-size=8M --aria-log-file-size=8M >"$dir/log/install-db.log" 2>&1 || fail "no database (see $dir/log/install-db.log)"
  start_database "$dir"
  echo 'create database wp character set utf8mb4' | sql "$dir"
  install_site "$dir"
  seed "$dir" "$2"
}

prepare_folder() { # DIR
  mkdir -p "$1/pids" "$1/log" "$1/tmp"
  : >>"$1/mail.txt"
  write_php_settings "$1"
}

# What a template was made from. Another script, package or number of people makes another template.
fingerprint() {
  { cat "$0"; dpkg-query -W wordpress mariadb-server php-cli; echo "${PEOPLE:-45}"; } | sha256sum | cut -c 1-16
}

# Prints where the template is, after making it if it is missing: one process at a time builds it
# beside its place and moves it there whole. One that is there is never changed, since running
# instances use its pages.
template() { # DIR
  local dir ready new
  mkdir -p "$1"
  dir=$(cd "$1" && pwd -P)
  ready=$dir/$(fingerprint)
  new=$dir/new
  exec 9>>"$dir/lock"
  flock 9
  if [ ! -d "$ready" ]; then
    end_all "$new"
    rm -rf "$new"
    prepare_folder "$new"
    build "$new" "${PEOPLE:-45}"
    end_all "$new"
    mv "$new" "$ready"
  fi
  exec 9>&-
  echo "$ready"
}

# Prints the port to listen on: the one asked for, else the last one if it is free, else a free one.
# It is taken from below the range the kernel hands out to clients.
choose_port() { # DIR PORT
  if [ "$2" != 0 ]; then echo "$2"; return; fi
  php -n -- "$(cat "$1/port" 2>/dev/null || true)" <<'PHP'
<?php
for ($port = (int) $argv[1], $tries = 0; $tries < 200; $port = random_int(20000, 32000), $tries++) {
    if ($port > 0 && ($socket = @stream_socket_server("tcp://127.0.0.1:$port"))) {
        exit((string) $port);
    }
}
exit(1);
PHP
}

# Waits until the sign-in page answers. Should the web server have ended meanwhile, says so.
wait_for_pages() { # DIR URL
  php -n -d default_socket_timeout=20 -- "$2/wp-login.php" "$(cat "$1/pids/web")" <<'PHP'
<?php
for ($until = microtime(true) + 60; microtime(true) < $until; usleep(20000)) {
    if (!file_exists("/proc/$argv[2]")) {
        exit(1);
    }
    if (strpos((string) @file_get_contents($argv[1]), 'user_login') !== false) {
        exit(file_exists("/proc/$argv[2]") ? 0 : 1);
    }
}
exit(1);
PHP
}

start() { # DIR PORT
  local dir port tries from url
  mkdir -p "$1"
  dir=$(cd "$1" && pwd -P)
  exec 9>>"$dir/lock"
  flock -w 120 9 || fail "somebody else is starting $dir"
  prepare_folder "$dir"
  end_all "$dir"

  # An instance that was not finished is begun again; `ready` is written last.
  if [ ! -e "$dir/ready" ]; then
    rm -rf "$dir/db" "$dir/www"
    if [ -n "${TEMPLATE:-}" ]; then
      from=$(template "$TEMPLATE")
      cp -a "$from/db" "$dir/db"
      ln -s "$from/www" "$dir/www"
      start_database "$dir"
    else
      build "$dir" "${PEOPLE:-45}"
    fi
    [ -z "${PEOPLE_FILE:-}" ] || seed "$dir" 0 "$PEOPLE_FILE"
    : >"$dir/ready"
  else
    # A template may have been cleared away under an instance that was made from it.
    [ -e "$dir/www/wp-load.php" ] || copy_pages "$dir"
    start_database "$dir"
  fi

  # Between choosing a port and listening on it somebody else may have taken it: then another one.
  for tries in 1 2 3 4 5; do
    port=$(choose_port "$dir" "$2") || fail "no free port"
    url=http://127.0.0.1:$port
    USHER_WORDPRESS_URL=$url PHP_CLI_SERVER_WORKERS=$WORKERS spawn "$dir" web php -c "$dir/php.ini" -S "127.0.0.1:$port" -t "$dir/www"
    if wait_for_pages "$dir" "$url"; then break; fi
    end "$dir" web
    if [ "$2" != 0 ] || [ "$tries" = 5 ]; then
      tail -n 20 "$dir/log/web.log" >&2
      end_all "$dir"
      fail "nothing answers on port $port (see $dir/log/web.log)"
    fi
  done
  echo "$port" >"$dir/port"

  php -n -- "$url" "$ADMIN" "$PASSWORD" "$dir" "$(cat "$dir/pids/web")" "$(cat "$dir/pids/db")" "$PEOPLE_PASSWORD" <<'PHP'
<?php
[, $url, $admin, $password, $dir, $web, $db, $people_password] = $argv;
echo json_encode(['url' => $url, 'users' => "$url/wp-admin/users.php", 'admin' => $admin, 'password' => $password, 'people_password' => $people_password,
    'mail' => "$dir/mail.txt", 'socket' => "$dir/db.sock", 'pids' => [(int) $web, (int) $db]], JSON_UNESCAPED_SLASHES), "\n";
PHP
}

stop() { # DIR
  local dir
  [ -d "$1" ] || return 0
  dir=$(cd "$1" && pwd -P)
  exec 9>>"$dir/lock"
  flock -w 120 9 || fail "somebody else is starting $dir"
  end_all "$dir"
}

# --- what it knows ------------------------------------------------------------------------------

# A person's role is a key in a serialised PHP array: a:1:{s:6:"editor";b:1;}
truth() { # DIR
  sql "$(cd "$1" && pwd -P)" --raw wp <<'SQL'
select json_object('id', u.ID, 'login', u.user_login, 'email', u.user_email,
                   'role', coalesce(regexp_substr(m.meta_value, '(?<=")[^"]+(?=";b:1)'), ''))
from wp_users u left join wp_usermeta m on m.user_id = u.ID and m.meta_key = 'wp_capabilities'
order by u.ID
SQL
}

mail_addresses() { # DIR
  awk '/^From usher /{head = 1; next} head && /^$/{head = 0} head && sub(/^To: */, ""){gsub(/.*<|>.*/, ""); print}' "$1/mail.txt"
}

# ------------------------------------------------------------------------------------------------

[ $# -ge 1 ] || usage
verb=$1
shift
case $verb in
  install) [ $# = 0 ] || usage; install_packages; exit ;;
  start) [ $# = 1 ] || [ $# = 2 ] || usage ;;
  template | stop | truth | mail) [ $# = 1 ] || usage ;;
  *) usage ;;
esac
need_packages
case $verb in
  template) template "$1" ;;
  start) start "$1" "${2:-0}" ;;
  stop) stop "$1" ;;
  truth) truth "$1" ;;
  mail) mail_addresses "$1" ;;
esac
