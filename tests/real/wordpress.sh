#!/bin/bash
# A real WordPress to test against: Debian's package, PHP's own web server and a private MariaDB.
#
#   wordpress.sh install          install the Debian packages that are missing (needs root)
#   wordpress.sh template DIR     prepare an installed WordPress once, for `start` to copy
#   wordpress.sh start DIR [PORT] start it; prints one line of JSON once it answers
#   wordpress.sh truth DIR        print who is in it, from its database, one JSON object a line
#   wordpress.sh mail DIR         print the address of every mail it sent, one a line
#   wordpress.sh sessions DIR     print a line for each session that it holds, of whomever
#   wordpress.sh end-sessions DIR end every session, as if its time were over
#   wordpress.sh relabel DIR FROM TO
#                                 let a label of its pages read TO from now on; swapped takes it back
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

CONSOLE=wordpress
PACKAGES=(wordpress php-cli php-mysql mariadb-server mariadb-client)
PROCESSES=(web db)
VERBS=(template truth mail sessions end-sessions)
PACKAGED=/usr/share/wordpress
ADMIN="admin"
ADMIN_MAIL=admin@corp.test
PASSWORD=Adm1n-pass-9     # of the administrator
PEOPLE_PASSWORD=Pers0n-pass-9
TITLE=Corp                # stands in mail subjects, so: letters only
WORKERS=4                 # PHP's server answers one request per worker at a time

# shellcheck source=tests/real/lib.sh
. "$(dirname "$0")/lib.sh"

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
define('DB_HOST', 'localhost:' . getenv('USHER_CONSOLE') . '/db.sock');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_HOME', getenv('USHER_CONSOLE_URL'));
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

# WordPress's own installer, without the mail it sends to the new administrator.
install_site() { # DIR
  USHER_CONSOLE=$1 USHER_CONSOLE_URL=http://127.0.0.1 php -c "$1/php.ini" -- "$1/www" "$TITLE" "$ADMIN" "$ADMIN_MAIL" "$PASSWORD" >"$1/log/install.log" 2>&1 <<'PHP' ||
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
  USHER_CONSOLE=$1 USHER_CONSOLE_URL=http://127.0.0.1 php -c "$1/php.ini" -- "$1/www" "$2" "${3:-}" "$PEOPLE_PASSWORD" >"$1/log/seed.log" 2>&1 <<'PHP' ||
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
  write_php_settings "$1"
}

# What a template was made from. Another script, package or number of people makes another template.
made_from() {
  cat "$0" "$LIBRARY"
  dpkg-query -W wordpress mariadb-server php-cli
  echo "${PEOPLE:-45}"
}

make_template() { # DIR
  prepare_folder "$1"
  build "$1" "${PEOPLE:-45}"
  end_all "$1"
}

# Prints where the template is, after making it if it is missing.
template() { # DIR
  once "$1" "$(made_from | fingerprint)" make_template
}

spawn_web() { # DIR PORT
  USHER_CONSOLE_URL=http://127.0.0.1:$2 PHP_CLI_SERVER_WORKERS=$WORKERS \
    spawn "$1" web php -c "$1/php.ini" -S "127.0.0.1:$2" -t "$1/www"
}

start() { # DIR PORT
  local dir from url
  dir=$(whole "$1")
  lock "$dir"
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

  start_web "$dir" "$2" /wp-login.php user_login
  url=http://127.0.0.1:$(cat "$dir/port")
  tell "$dir" url "$url" users "$url/wp-admin/users.php" admin "$ADMIN" password "$PASSWORD" people_password "$PEOPLE_PASSWORD" \
    mail "$dir/mail.txt" socket "$dir/db.sock"
}

# --- what it knows ------------------------------------------------------------------------------

# A person's role is a key in a serialised PHP array: a:1:{s:6:"editor";b:1;}
truth() { # DIR
  sql "$(whole "$1")" --raw wp <<'SQL'
select json_object('id', u.ID, 'login', u.user_login, 'email', u.user_email,
                   'role', coalesce(regexp_substr(m.meta_value, '(?<=")[^"]+(?=";b:1)'), ''))
from wp_users u left join wp_usermeta m on m.user_id = u.ID and m.meta_key = 'wp_capabilities'
order by u.ID
SQL
}

# All sessions of a person are one serialised PHP array: by a digest of each one's token.
sessions() { # DIR
  sql "$(whole "$1")" --raw wp <<<"select meta_value from wp_usermeta where meta_key = 'session_tokens'" | grep -oE '"[0-9a-f]{64}"' || true
}

end-sessions() { # DIR
  sql "$(whole "$1")" wp <<<"delete from wp_usermeta where meta_key = 'session_tokens'"
}

run "$@"
