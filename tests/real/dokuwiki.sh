#!/bin/bash
# A real DokuWiki to test against: Debian's package and PHP's own web server; it keeps everything in plain files.
#
#   dokuwiki.sh install          install the Debian packages that are missing (needs root)
#   dokuwiki.sh start DIR [PORT] start it; prints one line of JSON once it answers
#   dokuwiki.sh truth DIR        print who is in it, from its file of people, one JSON object a line
#   dokuwiki.sh kept DIR         print what else it keeps of each of them, one a line: what no change of groups may change
#   dokuwiki.sh mail DIR         print the address of every mail it sent, one a line
#   dokuwiki.sh relabel DIR FROM TO
#                                let a label of its pages read TO from now on; swapped takes it back
#   dokuwiki.sh stop DIR         end it, and wait until it is gone
#
# DIR holds everything an instance has: its people, pages, mail, logs and process ids.
# A `start` on a DIR that was used before keeps its data, whatever became of the processes: what is
# left of them is ended first. Without PORT, or with 0, it keeps the port it had if that is free,
# else it takes a free one.
#
#   PEOPLE=n          start: how many people besides the administrator (45)
#   PEOPLE_FILE=path  start: more people, one a line, four fields parted by tabs:
#                     login, e-mail, full name, groups (parted by commas)
set -euo pipefail

CONSOLE=dokuwiki
PACKAGES=(dokuwiki php-cli php-xml)
PROCESSES=(web)
VERBS=(truth kept mail)
PACKAGED=/usr/share/dokuwiki
ADMIN="admin"
PASSWORD=Adm1n-pass-9     # of the administrator
PEOPLE_PASSWORD=Pers0n-pass-9
WORKERS=3                 # PHP's server answers one request per worker at a time

# shellcheck source=tests/real/lib.sh
. "$(dirname "$0")/lib.sh"

# --- what is written into a fresh instance ------------------------------------------------------

# The package's own pages are served as they are: they take the configuration from where PHP was told it is.
write_settings() { # DIR
  write_php_settings "$1"
  echo "session.save_path = \"$1/tmp\"" >>"$1/php.ini"
  cat >>"$1/prepend.php" <<'PHP'
define('DOKU_CONF', __DIR__ . '/conf/');
PHP
}

# Nobody registers by themselves, only people who are signed in may write, and nothing is asked of the internet.
write_configuration() { # DIR
  mkdir -p "$1/conf" "$1"/data/{attic,cache,index,locks,log,media,media_attic,media_meta,meta,pages,tmp}
  cp -L /etc/dokuwiki/plugins.php /etc/dokuwiki/plugins.required.php "$1/conf/"
  cat >"$1/conf/local.php" <<PHP
<?php
\$conf['title'] = 'Corp';
\$conf['useacl'] = 1;
\$conf['superuser'] = '@admin';
\$conf['savedir'] = '$1/data';
\$conf['mailfrom'] = 'wiki@corp.test';
\$conf['disableactions'] = 'register';
\$conf['updatecheck'] = 0;
PHP
  printf '# acl.auth.php\n*\t@ALL\t1\n*\t@user\t8\n' >"$1/conf/acl.auth.php"
}

# Puts people in: PEOPLE of them with names that are always the same, and those of PEOPLE_FILE.
# The people are one file, a line each, in which a backslash keeps a colon from parting two fields.
seed() { # DIR PEOPLE [PEOPLE_FILE]
  php -n -- "$1/conf/users.auth.php" "$2" "${3:-}" "$ADMIN" "$PASSWORD" "$PEOPLE_PASSWORD" >"$1/log/seed.log" 2>&1 <<'PHP' ||
<?php
[, $users, $people, $file, $admin, $password, $people_password] = $argv;
$first = ['Ada', 'Ben', 'Carla', 'Dmitri', 'Elif', 'Femi', 'Grace', 'Hugo', 'Ines', 'Jonas', 'Kofi', 'Lena', 'Mateo', 'Nadia', 'Omar', 'Priya', 'Quentin', 'Rosa', 'Sven', 'Tamar'];
$last = ['Abbot', 'Becker', 'Costa', 'Duarte', 'Eriksen', 'Fontaine', 'Greco', 'Haddad', 'Ivanov', 'Jansen', 'Kimura', 'Lopez', 'Moreau', 'Novak', 'Okafor', 'Peters', 'Quiroga', 'Rossi', 'Schmidt', 'Tanaka', 'Ueda', 'Vargas', 'Weber'];
$groups = ['editors,user', 'user', 'user'];
$wanted = [];
for ($n = 0; $n < (int) $people; $n++) {
    $login = sprintf('user%03d', $n);
    $round = intdiv($n, 20 * 23);   // only then do names come again, with a number
    $wanted[] = [$login, "$login@corp.test", $first[$n % 20] . ' ' . $last[$n % 23] . ($round ? " $round" : ''), $groups[$n % 3]];
}
$lines = $file === '' ? [] : file($file, FILE_IGNORE_NEW_LINES);
if ($lines === false) {
    exit(1);
}
foreach ($lines as $number => $line) {
    if ($line === '' || $line[0] === '#') {
        continue;
    }
    $fields = explode("\t", $line);
    if (count($fields) !== 4) {
        fwrite(STDERR, "$file:" . ($number + 1) . ": four fields are wanted\n");
        exit(1);
    }
    $wanted[] = $fields;
}
$line = function ($login, $hash, $name, $mail, $groups) {
    return implode(':', str_replace(['\\', ':'], ['\\\\', '\\:'], [$login, $hash, $name, $mail, $groups])) . "\n";
};
$people = [$admin => $line($admin, password_hash($password, PASSWORD_BCRYPT), 'Ada Admin', "$admin@corp.test", 'admin,user')];
$hash = password_hash($people_password, PASSWORD_BCRYPT);
foreach ($wanted as [$login, $mail, $name, $groups]) {
    $people += [$login => $line($login, $hash, $name, $mail, $groups)];
}
file_put_contents($users, "# users.auth.php\n" . implode('', $people));
PHP
    { tail -n 20 "$1/log/seed.log" >&2; fail "people could not be put in (see $1/log/seed.log)"; }
}

# --- an instance --------------------------------------------------------------------------------

spawn_web() { # DIR PORT
  PHP_CLI_SERVER_WORKERS=$WORKERS spawn "$1" web php -c "$1/php.ini" -S "127.0.0.1:$2" -t "$PACKAGED"
}

start() { # DIR PORT
  local dir url
  dir=$(whole "$1")
  lock "$dir"
  mkdir -p "$dir/pids" "$dir/log" "$dir/tmp"
  write_settings "$dir"
  end_all "$dir"

  # An instance that was not finished is begun again; `ready` is written last.
  if [ ! -e "$dir/ready" ]; then
    rm -rf "$dir/conf" "$dir/data"
    write_configuration "$dir"
    seed "$dir" "${PEOPLE:-45}" "${PEOPLE_FILE:-}"
    : >"$dir/ready"
  fi

  start_web "$dir" "$2" '/doku.php?do=login' dw__login
  url=http://127.0.0.1:$(cat "$dir/port")
  tell "$dir" url "$url" users "$url/doku.php?do=admin&page=usermanager" admin "$ADMIN" password "$PASSWORD" \
    people_password "$PEOPLE_PASSWORD" mail "$dir/mail.txt"
}

# --- what it knows ------------------------------------------------------------------------------

# DokuWiki empties its file of people before it writes it again: two readings that agree are a whole one.
truth() { # DIR
  php -n -- "$(whole "$1")/conf/users.auth.php" <<'PHP'
<?php
do {
    $text = file_get_contents($argv[1]);
    usleep(5000);
} while ($text === '' || $text !== file_get_contents($argv[1]));
foreach (explode("\n", $text) as $line) {
    if ($line === '' || $line[0] === '#') {
        continue;
    }
    preg_match_all('/((?:[^:\\\\]|\\\\.)*)(?::|$)/', $line, $found);
    [$login, , $name, $email, $groups] = preg_replace('/\\\\(.)/', '$1', $found[1]);
    $groups = $groups === '' ? [] : explode(',', $groups);
    echo json_encode(['login' => $login, 'name' => $name, 'email' => $email, 'groups' => $groups], JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE), "\n";
}
PHP
}

# Its file of people without the last field, which are the groups.
kept() { # DIR
  sed -n '/^[^#]/s/:[^:]*$//p' "$(whole "$1")/conf/users.auth.php"
}

run "$@"
