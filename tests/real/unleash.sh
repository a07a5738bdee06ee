#!/bin/bash
# A real Unleash to test against: from npm, on Node and a private PostgreSQL.
#
#   unleash.sh install          install the Debian packages that are missing (needs root)
#   unleash.sh start DIR [PORT] start it; prints one line of JSON once it answers
#   unleash.sh truth DIR        print who is in it, from its database, one JSON object a line
#   unleash.sh kept DIR         print what else it keeps of each of them, one a line: what no change of a role may change
#   unleash.sh mail DIR         print the address of every mail it sent, one a line
#   unleash.sh sessions DIR     print a line for each session that it holds, of whomever
#   unleash.sh end-sessions DIR end every session, as if its time were over
#   unleash.sh relabel DIR FROM TO
#                               let a label of its pages read TO from now on; swapped takes it back
#   unleash.sh stop DIR         end it, and wait until it is gone
#
# DIR holds everything an instance has: its database, mail, logs and process ids; what npm installed
# lies in CACHE and is a link.
# A `start` on a DIR that was used before keeps its data, whatever became of the processes: what is
# left of them is ended first. Without PORT, or with 0, it keeps the port it had if that is free,
# else it takes a free one.
#
#   CACHE=DIR         start: where that and a filled database are kept for every instance (DIR/cache)
#   PEOPLE=n          start: how many people besides the administrator (45)
#   PEOPLE_FILE=path  start: more people, one a line, three fields parted by tabs:
#                     e-mail, full name, role (Admin, Editor or Viewer)
# An e-mail is only taken with an ending that the world has: example.com is one, corp.test is none.
set -euo pipefail

CONSOLE=unleash
VERSION=7.5.1
NODE=20                   # the oldest Node it runs on
PROCESSES=(web db)
VERBS=(truth kept mail sessions end-sessions)
ADMIN="admin"
PASSWORD=Adm1n-pass-9     # of the administrator
PEOPLE_PASSWORD=Pers0n-pass-9
TOKEN='*:*.for-tests-only' # lets the people in through its API

PACKAGES=(postgresql)
command -v npm >/dev/null || PACKAGES+=(nodejs npm)

# shellcheck source=tests/real/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck disable=SC2034  # the library reads it
ASK[db]=INT               # its word for: send the clients away, then end

# --- what npm installs --------------------------------------------------------------------------

# Whether the machine's own Node is new enough. If not, one comes with the rest from npm.
node_will_do() { node -e "process.exit(parseInt(process.versions.node) < $NODE ? 1 : 0)" 2>/dev/null; }

make_packages() { # DIR
  local packages=("unleash-server@$VERSION")
  node_will_do || packages+=("node-linux-$(dpkg --print-architecture | sed s/amd64/x64/)@$NODE")
  say "installing ${packages[*]}"
  echo '{"private": true}' >"$1/package.json"
  # Nothing that a package wants to run at this moment is needed; one would tell the world about the installation.
  npm install --prefix "$1" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error "${packages[@]}"
}

packages() { # CACHE
  once "$1/npm" "$({ echo "$VERSION $NODE"; node_will_do || echo "and Node"; } | fingerprint)" make_packages
}

# Runs Node; DIR has a link to the packages.
node_in() { # DIR ARGUMENT...
  local dir=$1
  shift
  "$(node_of "$dir")" "$@"
}

node_of() { # DIR
  local own=("$1"/node_modules/node-linux-*/bin/node)
  if [ -x "${own[0]}" ]; then echo "${own[0]}"; else command -v node; fi
}

# --- the database -------------------------------------------------------------------------------

# PostgreSQL will not run as root. As its own user it is still let into folders that only root may
# enter, since a DIR may lie in one.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    AS=(setpriv --reuid=postgres --regid=postgres --init-groups --inh-caps=+dac_override --ambient-caps=+dac_override)
  else
    AS=()
  fi
}

binaries() {
  local all
  all=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V)
  echo "${all##*$'\n'}"
}

sql() { # DIR [OPTION...]; the statement comes on the standard input
  local dir=$1
  shift
  psql --no-psqlrc --host="$dir/db" --username=postgres --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"
}

make_cluster() { # DIR
  local AS
  as_postgres
  rm -rf "$1/db"
  mkdir -p "$1/db"
  [ "$(id -u)" != 0 ] || chown postgres "$1/db"
  (cd "$1/db" && "${AS[@]}" "$(binaries)/initdb" --pgdata="$1/db" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --wal-segsize=1 --no-sync) \
    >"$1/log/initdb.log" 2>&1 || fail "no database (see $1/log/initdb.log)"
}

# Small, on a socket only. Commits reach the kernel at once (so they outlive a killed process) but
# are not forced to the disk (the machine's own crash is not what is tested).
start_database() { # DIR
  local dir=$1 tries=0 AS
  [ ${#dir} -le 85 ] || fail "the folder's name is too long for a socket: $dir"
  as_postgres
  # All of it has ended. A server that was killed left a note, though, and may itself be left as a zombie: that looks like alive.
  rm -f "$dir/db/postmaster.pid" "$dir"/db/.s.PGSQL.*
  spawn "$dir" db "${AS[@]}" "$(binaries)/postgres" -D "$dir/db" -c listen_addresses= -c "unix_socket_directories=$dir/db" \
    -c fsync=off -c shared_buffers=16MB -c max_connections=30 -c max_wal_size=16MB -c min_wal_size=4MB -c jit=off
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

# Unleash as a library takes what it cannot be told by variables: something that changes labels, and where mail goes.
prepare_folder() { # DIR PACKAGES
  mkdir -p "$1/pids" "$1/log" "$1/tmp"
  : >>"$1/mail.txt"
  ln -sfn "$2/node_modules" "$1/node_modules"
  cat >"$1/serve.mjs" <<'JS'
import { appendFile, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { start } from 'unleash-server';

const folder = process.env.USHER_CONSOLE;

// The pages are made in the browser: that is where labels are changed, before anybody can see or ask what they read.
// Only whole ones are: a text between two tags, or an attribute that is shown or spoken.
function change(labels) {
    const shown = ['title', 'alt', 'placeholder', 'aria-label'];
    const to = (text) => labels.reduce((now, [from, next]) => (now.trim() === from ? now.replace(from, () => next) : now), text);
    const changeOne = (element) => {
        for (const name of shown.filter((name) => element.hasAttribute(name))) {
            const now = element.getAttribute(name);
            if (to(now) !== now) {
                element.setAttribute(name, to(now));
            }
        }
        // A text may be in several pieces that stand side by side.
        let pieces = [];
        for (const node of [...element.childNodes, undefined]) {
            if (node?.nodeType === Node.TEXT_NODE) {
                pieces.push(node);
                continue;
            }
            const now = pieces.map((piece) => piece.data).join('');
            if (to(now) !== now) {
                pieces.forEach((piece, at) => { piece.data = at ? '' : to(now); });
            }
            pieces = [];
        }
    };
    new MutationObserver((mutations) => {
        for (const { target, addedNodes } of mutations) {
            changeOne(target.nodeType === Node.ELEMENT_NODE ? target : (target.parentElement ?? document.body));
            for (const node of addedNodes) {
                if (node.nodeType === Node.ELEMENT_NODE) {
                    [node, ...node.querySelectorAll('*')].forEach(changeOne);
                }
            }
        }
    }).observe(document, { subtree: true, childList: true, characterData: true, attributeFilter: shown });
}

// Nothing is asked of the internet: the browser is told that fonts and pictures from elsewhere are not wanted.
function preHook(app) {
    app.use(async (_request, response, next) => {
        response.set('Content-Security-Policy', "default-src 'self' 'unsafe-inline' data: blob:");
        const lines = (await readFile(`${folder}/labels`, 'utf8').catch(() => '')).split('\n').filter(Boolean);
        if (lines.length) {
            const labels = JSON.stringify(lines.map((line) => line.split('\t'))).replaceAll('<', '\\u003c');
            const send = response.send.bind(response);
            response.send = (body) =>
                send(typeof body === 'string' ? body.replace('<head>', () => `<head><script>(${change})(${labels})</script>`) : body);
        }
        next();
    });
}

// Takes every mail and appends it whole to mail.txt.
const post = createServer((socket) => {
    let text = '';
    let mail;
    const say = (line) => socket.write(`${line}\r\n`);
    const answer = (line) => {
        const word = line.toUpperCase();
        if (mail) {
            if (line !== '.') {
                mail.push(line.replace(/^\.\./, '.'));
                return;
            }
            const whole = [`From usher ${new Date().toISOString()}`, ...mail, '', ''].join('\n');
            mail = undefined;
            appendFile(`${folder}/mail.txt`, whole).then(() => say('250 taken'), () => say('451 not kept'));
        } else if (word.startsWith('EHLO')) {
            say('250-here');
            say('250 AUTH PLAIN');
        } else if (word.startsWith('AUTH')) {
            say('235 welcome');
        } else if (word === 'DATA') {
            mail = [];
            say('354 go on');
        } else if (word === 'QUIT') {
            socket.end('221 bye\r\n');
        } else {
            say('250 ok');
        }
    };
    socket.on('error', () => {});
    socket.on('data', (more) => {
        const lines = (text + more).split('\r\n');
        text = lines.pop();
        lines.forEach(answer);
    });
    say('220 here');
});
await new Promise((listening) => post.listen(0, '127.0.0.1', listening));

await start({
    db: { user: 'postgres', host: `${folder}/db`, port: 5432, database: 'unleash', ssl: false },
    server: { host: '127.0.0.1', port: Number(process.env.PORT), unleashUrl: `http://127.0.0.1:${process.env.PORT}` },
    email: { host: '127.0.0.1', port: post.address().port, secure: false, smtpuser: 'usher', smtppass: 'usher', sender: 'unleash@example.com' },
    // The foot of every page says whose it is.
    ui: { slogan: 'Corp' },
    versionCheck: { enable: false },
    // It would count a lot of people in a minute, and they are put in within a second.
    rateLimiting: { createUserMaxPerMinute: 10000, simpleLoginMaxPerMinute: 10000, passwordResetMaxPerMinute: 10000 },
    preHook,
});
JS
}

# Puts people in through its API: PEOPLE of them with names that are always the same, and those of PEOPLE_FILE.
# Whoever is there already stays as they are. All of them get one password, though nobody has signed in.
seed() { # DIR PEOPLE [PEOPLE_FILE]
  local hash
  cat >"$1/seed.mjs" <<'JS'
import { readFileSync } from 'node:fs';
import bcrypt from 'bcryptjs';

const [url, token, count, file, password] = process.argv.slice(2);
const first = ['Ada', 'Ben', 'Carla', 'Dmitri', 'Elif', 'Femi', 'Grace', 'Hugo', 'Ines', 'Jonas', 'Kofi', 'Lena', 'Mateo', 'Nadia', 'Omar', 'Priya', 'Quentin', 'Rosa', 'Sven', 'Tamar'];
const last = ['Abbot', 'Becker', 'Costa', 'Duarte', 'Eriksen', 'Fontaine', 'Greco', 'Haddad', 'Ivanov', 'Jansen', 'Kimura', 'Lopez', 'Moreau', 'Novak', 'Okafor', 'Peters', 'Quiroga', 'Rossi', 'Schmidt', 'Tanaka', 'Ueda', 'Vargas', 'Weber'];
const wanted = [];
for (let n = 0; n < Number(count); n += 1) {
    // Only after that many do names come again, with a number.
    const again = n >= 460 ? ` ${Math.floor(n / 460)}` : '';
    wanted.push([`user${String(n).padStart(3, '0')}@example.com`, `${first[n % 20]} ${last[n % 23]}${again}`, ['Viewer', 'Editor'][n % 2]]);
}
for (const [number, line] of (file ? readFileSync(file, 'utf8') : '').split('\n').entries()) {
    if (line === '' || line.startsWith('#')) {
        continue;
    }
    const fields = line.split('\t');
    if (fields.length !== 3) {
        throw new Error(`${file}:${number + 1}: three fields are wanted`);
    }
    wanted.push(fields);
}
const people = `${url}/api/admin/user-admin`;
const headers = { Authorization: token, 'Content-Type': 'application/json' };
const { users, rootRoles } = await (await fetch(people, { headers })).json();
for (const [email, name, role] of wanted) {
    const rootRole = rootRoles.find((root) => root.name === role)?.id;
    if (rootRole === undefined) {
        throw new Error(`${email}: there is no role ${role}`);
    }
    if (users.some((user) => user.email === email)) {
        continue;
    }
    const body = JSON.stringify({ email, name, rootRole, sendEmail: false });
    const answer = await fetch(people, { method: 'POST', headers, body });
    if (answer.status !== 201) {
        throw new Error(`${email}: ${answer.status} ${await answer.text()}`);
    }
}
console.log(await bcrypt.hash(password, 10));
JS
  hash=$(node_in "$1" "$1/seed.mjs" "http://127.0.0.1:$(cat "$1/port")" "$TOKEN" "$2" "${3:-}" "$PEOPLE_PASSWORD" 2>"$1/log/seed.log") ||
    { tail -n 20 "$1/log/seed.log" >&2; fail "people could not be put in (see $1/log/seed.log)"; }
  sql "$1" --set=hash="$hash" unleash <<<"update users set password_hash = :'hash' where email is not null and password_hash is null"
}

# --- an instance --------------------------------------------------------------------------------

spawn_web() { # DIR PORT
  PORT=$2 NODE_ENV=production LOG_LEVEL=warn SEND_TELEMETRY=false INIT_ADMIN_API_TOKENS=$TOKEN \
    UNLEASH_DEFAULT_ADMIN_USERNAME=$ADMIN UNLEASH_DEFAULT_ADMIN_PASSWORD=$PASSWORD \
    spawn "$1" web "$(node_of "$1")" --max-old-space-size=512 "$1/serve.mjs"
}

# Makes a database from nothing, with PEOPLE in it: Unleash makes its tables and the administrator when it first starts.
make_database() { # PACKAGES DIR
  prepare_folder "$2" "$1"
  make_cluster "$2"
  start_database "$2"
  sql "$2" <<<'create database unleash'
  start_web "$2" 0 /health GOOD
  seed "$2" "${PEOPLE:-45}"
  end_all "$2"
}

# What a filled database was made from.
made_from() { # PACKAGES
  cat "$0" "$LIBRARY"
  "$(binaries)/postgres" --version
  echo "$1 ${PEOPLE:-45}"
}

start() { # DIR PORT
  local dir cache from packages url
  dir=$(whole "$1")
  lock "$dir"
  cache=$(whole "${CACHE:-$dir/cache}")
  packages=$(packages "$cache")
  prepare_folder "$dir" "$packages"
  end_all "$dir"

  # An instance that was not finished is begun again; `ready` is written last.
  if [ ! -e "$dir/ready" ]; then
    rm -rf "$dir/db"
    from=$(once "$cache/database" "$(made_from "$packages" | fingerprint)" make_database "$packages")
    cp -a "$from/db" "$dir/db"
  fi
  start_database "$dir"
  start_web "$dir" "$2" /health GOOD
  if [ ! -e "$dir/ready" ]; then
    [ -z "${PEOPLE_FILE:-}" ] || seed "$dir" 0 "$PEOPLE_FILE"
    : >"$dir/ready"
  fi

  url=http://127.0.0.1:$(cat "$dir/port")
  tell "$dir" url "$url" users "$url/admin/users" admin "$ADMIN" password "$PASSWORD" people_password "$PEOPLE_PASSWORD" \
    mail "$dir/mail.txt" socket "$dir/db" token "$TOKEN"
}

# --- what it knows ------------------------------------------------------------------------------

# Who is removed stays as a row with a date; those below 1 are Unleash itself.
truth() { # DIR
  sql "$(whole "$1")" unleash <<'SQL'
select json_build_object('id', u.id, 'username', u.username, 'name', u.name, 'email', u.email, 'role', r.name)
from users u
left join (role_user ru join roles r on r.id = ru.role_id and r.type = 'root') on ru.user_id = u.id
where u.deleted_at is null and u.id > 0
order by u.id
SQL
}

# When somebody was seen or changed is no part of it.
kept() { # DIR
  sql "$(whole "$1")" unleash <<'SQL'
select to_jsonb(users) - '{seen_at,first_seen_at,updated_at,login_attempts}'::text[]
from users
where deleted_at is null and id > 0
order by id
SQL
}

sessions() { # DIR
  sql "$(whole "$1")" unleash <<<'select md5(sid), created_at from unleash_session order by created_at'
}

end-sessions() { # DIR
  sql "$(whole "$1")" unleash <<<'delete from unleash_session'
}

run "$@"
