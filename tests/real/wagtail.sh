#!/bin/bash
# A real Wagtail to test against: from PyPI into an environment of its own, on SQLite and Django's own web server.
#
#   wagtail.sh install          install the Debian packages that are missing (needs root)
#   wagtail.sh start DIR [PORT] start it; prints one line of JSON once it answers
#   wagtail.sh truth DIR        print who is in it, from its database, one JSON object a line
#   wagtail.sh kept DIR         print what else it keeps of each of them, one a line: what no change of roles may change
#   wagtail.sh relabel DIR FROM TO
#                               let a label of its pages read TO from now on; swapped takes it back
#   wagtail.sh stop DIR         end it, and wait until it is gone
#
# DIR holds everything an instance has: its database, settings, logs and process ids; what pip
# installed lies in CACHE and is a link.
# A `start` on a DIR that was used before keeps its data, whatever became of the processes: what is
# left of them is ended first. Without PORT, or with 0, it keeps the port it had if that is free,
# else it takes a free one.
#
#   CACHE=DIR         start: where that and a filled database are kept for every instance (DIR/cache)
#   PEOPLE=n          start: how many people besides the administrator (45)
#   PEOPLE_FILE=path  start: more people, one a line, six fields parted by tabs:
#                     username, e-mail, first name, last name, groups (parted by commas;
#                     `Administrator` makes a superuser), `active` or `inactive`
set -euo pipefail

CONSOLE=wagtail
PROCESSES=(web)
VERBS=(truth kept)
ADMIN="admin"
PASSWORD=Adm1n-pass-9     # of the administrator
PEOPLE_PASSWORD=Pers0n-pass-9

# Prints a Python that Wagtail runs on: new enough, and with what makes environments and reads the database.
python() {
  local name
  for name in python3 python3.13 python3.12 python3.11 python3.10; do
    if "$name" -c 'import ensurepip, sqlite3, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
}

PACKAGES=()
[ -n "$(python)" ] || PACKAGES=(python3 python3-venv)

# shellcheck source=tests/real/lib.sh
. "$(dirname "$0")/lib.sh"
REQUIREMENTS=$(dirname "$0")/wagtail.txt

# --- what is made once --------------------------------------------------------------------------

make_environment() { # DIR
  say "installing Wagtail"
  "$(python)" -m venv "$1"
  "$1/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --requirement "$REQUIREMENTS"
}

environment() { # CACHE
  once "$1/python" "$({ cat "$REQUIREMENTS"; "$(python)" --version; } | fingerprint)" make_environment
}

# Fills a database: Wagtail's own tables and groups, the administrator and PEOPLE. The environment is a link in DIR.
make_database() { # ENVIRONMENT DIR
  ln -s "$1" "$2/python"
  prepare_folder "$2"
  django "$2" migrate --verbosity 0 >"$2/log/migrate.log" 2>&1 ||
    { tail -n 20 "$2/log/migrate.log" >&2; fail "Wagtail made no database"; }
  seed "$2" "${PEOPLE:-45}"
}

database() { # CACHE ENVIRONMENT
  once "$1/database" "$({ cat "$0" "$LIBRARY"; echo "$2 ${PEOPLE:-45}"; } | fingerprint)" make_database "$2"
}

# --- what is written into a fresh instance ------------------------------------------------------

# Four modules: the settings, the pages, what notes every request, and what changes labels on their way out. They ask the environment
# where they are.
prepare_folder() { # DIR
  mkdir -p "$1/pids" "$1/log" "$1/tmp" "$1/site"
  cat >"$1/site/corp_settings.py" <<'PYTHON'
import os

FOLDER = os.environ["USHER_CONSOLE"]
SECRET_KEY = "for tests only"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "corp_urls"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = FOLDER + "/media"
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
INSTALLED_APPS = [
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "corp_arrivals.Arrivals",
    "corp_labels.Labels",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
# A transaction that will write says so at once, and waits for its turn.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER + "/db.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation." + name}
    for name in [
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    ]
]
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = FOLDER + "/mail"
WAGTAIL_SITE_NAME = "Corp"
WAGTAILADMIN_BASE_URL = "http://127.0.0.1"
# Nothing is asked of the internet.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
PYTHON
  cat >"$1/site/corp_urls.py" <<'PYTHON'
from django.urls import include, path
from wagtail import urls
from wagtail.admin import urls as admin_urls
from wagtail.documents import urls as documents_urls

urlpatterns = [
    path("admin/", include(admin_urls)),
    path("documents/", include(documents_urls)),
    path("", include(urls)),
]
PYTHON
  # The server's own log has a request when it is answered, and not at all when nobody waits for the answer any more.
  cat >"$1/site/corp_arrivals.py" <<'PYTHON'
from django.conf import settings


class Arrivals:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with open(settings.FOLDER + "/log/arrivals.log", "a") as file:
            file.write(f"{request.method} {request.path}\n")
        return self.get_response(request)
PYTHON
  # Only whole labels are changed: a text between two tags, or an attribute that is shown or spoken.
  # What a form would send stays as it is.
  cat >"$1/site/corp_labels.py" <<'PYTHON'
import html
import re

from django.conf import settings


class Labels:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        try:
            with open(settings.FOLDER + "/labels") as file:
                labels = [line.rstrip("\n").split("\t") for line in file]
        except FileNotFoundError:
            return response
        page = response.content.decode()
        for old, new in labels:
            old = "(?:%s|%s)" % (re.escape(old), re.escape(html.escape(old)))
            button = r"<input\b(?=[^>]*\btype=[\"'](?:submit|button|reset)[\"'])[^>]*?\bvalue"
            for around in [
                r"(>\s*)%s(?=\s*<)",
                r"(\s(?:title|alt|placeholder|aria-label)=[\"'])%s(?=[\"'])",
                "(" + button + r"=[\"'])%s(?=[\"'])",
            ]:
                page = re.sub(around.replace("%s", old), lambda found: found[1] + html.escape(new), page)
        response.content = page.encode()
        if response.has_header("Content-Length"):
            response["Content-Length"] = len(response.content)
        return response
PYTHON
}

# Runs a command of Django in an instance.
django() { # DIR COMMAND...
  local dir=$1
  shift
  USHER_CONSOLE=$dir PYTHONPATH=$dir/site DJANGO_SETTINGS_MODULE=corp_settings "$dir/python/bin/python" -m django "$@"
}

# Puts people in: the administrator, PEOPLE with names that are always the same, and those of PEOPLE_FILE.
# Whoever is there already stays as they are.
seed() { # DIR PEOPLE [PEOPLE_FILE]
  PEOPLE=$2 PEOPLE_FILE=${3:-} ADMIN=$ADMIN PASSWORD=$PASSWORD PEOPLE_PASSWORD=$PEOPLE_PASSWORD \
    django "$1" shell --verbosity 0 >"$1/log/seed.log" 2>&1 <<'PYTHON' ||
import os
import sys

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.db import transaction

first = "Ada Ben Carla Dmitri Elif Femi Grace Hugo Ines Jonas Kofi Lena Mateo Nadia Omar Priya Quentin Rosa Sven Tamar".split()
last = "Abbot Becker Costa Duarte Eriksen Fontaine Greco Haddad Ivanov Jansen Kimura Lopez Moreau Novak Okafor Peters Quiroga Rossi Schmidt Tanaka Ueda Vargas Weber".split()


def wanted():
    for n in range(int(os.environ["PEOPLE"])):
        # Only after that many do names come again, with a number.
        again = f" {n // 460}" if n >= 460 else ""
        group = ["Editors", "Moderators"][n % 2]
        yield [f"user{n:03d}", f"user{n:03d}@corp.test", first[n % 20], last[n % 23] + again, group, "active"]
    if os.environ["PEOPLE_FILE"]:
        for number, line in enumerate(open(os.environ["PEOPLE_FILE"]), 1):
            fields = line.rstrip("\n").split("\t")
            if line.strip() == "" or line.startswith("#"):
                continue
            if len(fields) != 6 or fields[5] not in ["active", "inactive"]:
                sys.exit(f"{os.environ['PEOPLE_FILE']}:{number}: six fields are wanted, the last `active` or `inactive`")
            yield fields


def put_in():
    groups = {group.name: group for group in Group.objects.all()}
    # Without a name, as Django's own command makes one: the pages show the username then.
    if not User.objects.filter(username=os.environ["ADMIN"]).exists():
        User.objects.create_superuser(os.environ["ADMIN"], "admin@corp.test", os.environ["PASSWORD"])
    hash = make_password(os.environ["PEOPLE_PASSWORD"])
    for username, email, given, family, names, state in wanted():
        if User.objects.filter(username=username).exists():
            continue
        names = [name for name in names.split(",") if name]
        user = User.objects.create(username=username, email=email, password=hash, first_name=given, last_name=family,
            is_active=state == "active", is_superuser="Administrator" in names)
        user.groups.set(groups[name] for name in names if name != "Administrator")


with transaction.atomic():
    put_in()
PYTHON
    { tail -n 20 "$1/log/seed.log" >&2; fail "people could not be put in (see $1/log/seed.log)"; }
}

# --- an instance --------------------------------------------------------------------------------

spawn_web() { # DIR PORT
  PYTHONPATH=$1/site DJANGO_SETTINGS_MODULE=corp_settings PYTHONUNBUFFERED=1 \
    spawn "$1" web "$1/python/bin/python" -m django runserver --noreload --insecure --skip-checks "127.0.0.1:$2"
}

start() { # DIR PORT
  local dir cache from url
  dir=$(whole "$1")
  lock "$dir"
  prepare_folder "$dir"
  end_all "$dir"
  cache=$(whole "${CACHE:-$dir/cache}")
  from=$(environment "$cache")
  ln -sfn "$from" "$dir/python"

  # An instance that was not finished is begun again; `ready` is written last.
  if [ ! -e "$dir/ready" ]; then
    rm -rf "$dir"/db.sqlite3*
    from=$(database "$cache" "$from")
    cp "$from"/db.sqlite3* "$dir/"
    [ -z "${PEOPLE_FILE:-}" ] || seed "$dir" 0 "$PEOPLE_FILE"
    : >"$dir/ready"
  fi

  start_web "$dir" "$2" /admin/login/ id_username
  url=http://127.0.0.1:$(cat "$dir/port")
  tell "$dir" url "$url" users "$url/admin/users/" admin "$ADMIN" password "$PASSWORD" people_password "$PEOPLE_PASSWORD" \
    database "$dir/db.sqlite3"
}

# --- what it knows ------------------------------------------------------------------------------

truth() { # DIR
  "$(python)" - "$(whole "$1")/db.sqlite3" <<'PYTHON'
import json
import sqlite3
import sys

database = sqlite3.connect(sys.argv[1], timeout=20)
groups = {}
for user, name in database.execute(
    "select user_id, name from auth_user_groups join auth_group on auth_group.id = group_id order by name"
):
    groups.setdefault(user, []).append(name)
for id, username, email, first, last, active, superuser in database.execute(
    "select id, username, email, first_name, last_name, is_active, is_superuser from auth_user order by id"
):
    print(json.dumps({"id": id, "username": username, "email": email, "first_name": first, "last_name": last,
        "active": bool(active), "superuser": bool(superuser), "groups": groups.get(id, [])}))
PYTHON
}

kept() { # DIR
  "$(python)" - "$(whole "$1")/db.sqlite3" <<'PYTHON'
import json
import sqlite3
import sys

database = sqlite3.connect(sys.argv[1], timeout=20)
for row in database.execute(
    "select id, username, email, first_name, last_name, password, is_active, is_staff, date_joined from auth_user order by id"
):
    print(json.dumps(row))
PYTHON
}

run "$@"
