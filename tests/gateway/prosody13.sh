#!/usr/bin/env bash
# Unpacks Debian 13's Prosody, with all that it needs down to the C library, into the folder $1 and makes $1/prosody,
# which starts it there. Nothing is installed, nobody must be root. `make prosody13` runs this.
#
# The archive is the one that apt of this machine uses; apt checks what comes from it against Debian's keys.
set -euo pipefail

suite=trixie
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
packages=(prosody lua-unbound lua-cjson)
folder=$(realpath -m "$1")

give_up() {
	[ ! -s "${work:-}/log" ] || cat "$work/log" >&2
	echo "Prosody 13 could not be made ready for the tests: $1" >&2
	echo "It is unpacked from Debian 13 ($suite), out of the archive that apt of this machine uses. Without it," \
		"the other tests run one by one: make check tests postgres browser." >&2
	exit 1
}

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || give_up "there is no apt-get and dpkg here."
[ -r "$keyring" ] || give_up "$keyring is missing (package debian-archive-keyring)."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt fetches as a user of its own
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/new/root"
: >"$work/status" # as if nothing were installed: all that is needed is fetched

cat >"$work/apt.conf" <<END
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$work/lists";
Dir::State::Status "$work/status";
Dir::Cache "$work/cache";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
APT::Get::AllowUnauthenticated "false";
APT::Update::Error-Mode "any";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
END
apt() { apt-get -qq -c "$work/apt.conf" "$@" >>"$work/log" 2>&1; }

found=
while read -r site; do
	echo "deb [signed-by=$keyring] $site $suite main" >"$work/sources.list"
	! apt update || { found=1; break; }
done < <(apt-get indextargets --no-release-info --format '$(SITE) $(RELEASE) $(COMPONENT)' |
	awk '$3 == "main" && $2 !~ /security/ && !seen[$1]++ { print $1 }')
[ -n "$found" ] || give_up "the archive cannot be reached, or not be believed."
apt install --yes --download-only --no-install-recommends "${packages[@]}" || give_up "its packages cannot be fetched."
for package in "$work"/cache/archives/*.deb; do dpkg-deb --extract "$package" "$work/new/root"; done

# Its own C library and loader, its own Lua and libraries, and nothing of this machine's.
cat >"$work/new/prosody" <<'END'
#!/bin/sh
root=$(dirname "$(readlink -f "$0")")/root
for libraries in "$root"/usr/lib/*-linux-gnu*; do break; done
for loader in "$libraries"/ld-linux*.so.*; do break; done
export LUA_PATH_5_4="$root/usr/share/lua/5.4/?.lua;$root/usr/share/lua/5.4/?/init.lua"
export LUA_CPATH_5_4="$libraries/lua/5.4/?.so"
export OPENSSL_CONF="$root/etc/ssl/openssl.cnf" OPENSSL_MODULES="$libraries/ossl-modules"
export UNPACKED_ROOT="$root"
exec "$loader" --library-path "$libraries" "$root/usr/bin/lua5.4" "$root/usr/bin/prosody" "$@"
END
chmod 755 "$work/new/prosody"
sed -i -E "s,^(CFG_(SOURCE|PLUGIN)DIR)=,\1=os.getenv('UNPACKED_ROOT')..," "$work/new/root/usr/bin/prosody"
grep -q "^CFG_SOURCEDIR=os.getenv('UNPACKED_ROOT')..'/usr/lib/prosody'" "$work/new/root/usr/bin/prosody" ||
	give_up "its start script is not as expected."
dpkg-deb --field "$work"/cache/archives/prosody_*.deb Version >"$work/new/version"
rm -rf "$folder"
mkdir -p "$(dirname "$folder")"
mv "$work/new" "$folder"
