#!/bin/bash
# deps.sh check|install build|test: what the build and the tests need beside the Swift toolchain (Debian 12).
# `check` names what is missing and fails; `install` installs only that, by apt and, for Python, into .build-venv.
# No service is started: the tests start their own servers, on free ports, below a temporary directory.
set -euo pipefail
cd "$(dirname "$0")/../.."
action=${1:?check or install} group=${2:?build or test}

# package=what shows that it is there: /a/file (a pattern), a command, or a Python module after "py:"
build=(
    gcc=gcc g++=g++ binutils=objcopy make=make pkg-config=pkg-config
    libssl-dev=/usr/include/openssl/ssl.h libsqlite3-dev=/usr/include/sqlite3.h
    libffi-dev="/usr/include/*/ffi.h" libjansson-dev=/usr/include/jansson.h
    zlib1g-dev=/usr/include/zlib.h libexpat1-dev=/usr/include/expat.h libidn2-dev=/usr/include/idn2.h
    libcurl4-openssl-dev="/usr/include/*/curl/curl.h"
    python3=python3 python3-venv=py:ensurepip python3-pip=py:pip
)
tests=(
    git=git openssl=openssl ca-certificates=/etc/ssl/certs/ca-certificates.crt
    dovecot-core=/usr/sbin/dovecot dovecot-imapd=/usr/lib/dovecot/imap dovecot-pop3d=/usr/lib/dovecot/pop3 dovecot-lmtpd=/usr/lib/dovecot/lmtp
    postfix=/usr/sbin/postfix php-cli=php php-fpm="/usr/sbin/php-fpm*" strace=strace isync=mbsync
    abigail-tools=abidiff valgrind=valgrind
    cyrus-common=/usr/sbin/cyrmaster libsasl2-modules="/usr/lib/*/sasl2/libplain.so"
    libsasl2-modules-sql="/usr/lib/*/sasl2/libsql.so"
    courier-base=couriertcpd notmuch=notmuch nginx-light=/usr/sbin/nginx tinyproxy=tinyproxy
    chromium-headless-shell=chromium-headless-shell fonts-dejavu-core=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
)
# Servers whose packages exclude Dovecot's are not installed: their programs are unpacked below .build-servers.
# folder:package=a program of it
unpacked=(
    cyrus:cyrus-imapd=usr/lib/cyrus/bin/imapd cyrus:cyrus-pop3d=usr/lib/cyrus/bin/pop3d
    courier:courier-imap=usr/bin/imapd courier:courier-pop=usr/lib/courier/courier/courierpop3d
)
wanted=("${build[@]}")
[ "$group" = test ] && wanted+=("${tests[@]}")

there() {
    case $1 in
        /*) compgen -G "$1" >/dev/null ;;
        py:*) python3 -c "import ${1#py:}" 2>/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}
missing=()
for entry in "${wanted[@]}"; do
    there "${entry#*=}" || missing+=("${entry%%=*}")
done

packed=()
if [ "$group" = test ]; then
    for entry in "${unpacked[@]}"; do
        [ -x ".build-servers/${entry%%:*}/${entry#*=}" ] || packed+=("$entry")
    done
fi

# module=package, or the one name where they are the same
modules=(setuptools wheel)
[ "$group" = test ] && modules+=(pytest dnslib mypy googleapiclient=google-api-python-client msgraph=msgraph-sdk authlib flask)
python=.build-venv/bin/python
lacking=()
for module in "${modules[@]}"; do
    "$python" -c "import ${module%%=*}" 2>/dev/null || lacking+=("${module#*=}")
done

if [ "$action" = check ]; then
    [ ${#missing[@]} -eq 0 ] && [ ${#packed[@]} -eq 0 ] && [ ${#lacking[@]} -eq 0 ] && exit 0
    echo "missing: ${missing[*]} ${packed[*]} ${lacking[*]/#/Python module }" >&2
    echo "'make deps' installs it" >&2
    exit 1
fi

as_root=()
if [ "$(id -u)" != 0 ]; then
    as_root=(sudo -n)
fi

if [ ${#missing[@]} -gt 0 ]; then
    command -v apt-get >/dev/null || { echo "missing, and there is no apt-get here: ${missing[*]}" >&2; exit 1; }
    if [ ${#as_root[@]} -gt 0 ] && ! sudo -n true 2>/dev/null; then
        echo "missing, and neither root nor sudo is at hand: ${missing[*]}" >&2
        exit 1
    fi
    echo "installing: ${missing[*]}"
    # A package that brings a daemon asks policy-rc.d whether it may start it: it may not.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
        "${as_root[@]}" chmod 755 $policy
        trap '"${as_root[@]}" rm -f $policy' EXIT
    fi
    echo "postfix postfix/main_mailer_type select No configuration" | "${as_root[@]}" debconf-set-selections || true
    apt() {
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null
    }
    # --no-remove: a mail server that is installed here already is not thrown out for ours.
    put() { apt install -y --no-install-recommends --no-remove "${missing[@]}" >/dev/null; }
    put 2>/dev/null || { apt update && put; }
    for entry in "${wanted[@]}"; do
        there "${entry#*=}" || { echo "still missing after its installation: ${entry%%=*}" >&2; exit 1; }
    done
fi

for entry in "${packed[@]}"; do
    package=${entry#*:} package=${package%%=*} folder=.build-servers/${entry%%:*}
    echo "unpacking: $package"
    mkdir -p "$folder" && rm -rf "$folder.deb" && mkdir "$folder.deb"
    fetch() { (cd "$folder.deb" && apt-get -qq download "$package" >/dev/null 2>&1); }
    fetch || { "${as_root[@]}" apt-get -qq update && fetch; }
    dpkg -x "$folder.deb"/"$package"_*.deb "$folder"
    rm -rf "$folder.deb"
    [ -x "$folder/${entry#*=}" ] || { echo "not in the package $package: ${entry#*=}" >&2; exit 1; }
done

if [ ${#lacking[@]} -gt 0 ]; then
    echo "installing into .build-venv: ${lacking[*]}"
    [ -x "$python" ] || python3 -m venv --system-site-packages .build-venv
    again=()
    for module in "${modules[@]}"; do
        "$python" -c "import ${module%%=*}" 2>/dev/null || again+=("${module#*=}")
    done
    [ ${#again[@]} -eq 0 ] || "$python" -m pip install --quiet --disable-pip-version-check "${again[@]}"
fi
