#!/usr/bin/env bash
# Installs the program for the steps that follow: a release, whose checksum is verified, or a build of these sources.
set -euo pipefail

fail() {
    echo "::error title=octoDNS::$1"
    exit 1
}

folder="$RUNNER_TEMP/octodns-program"
rm -rf "$folder"
mkdir -p "$folder"

if [[ "$BUILD" == true ]]; then
    cargo install --locked --profile dist --path "$GITHUB_ACTION_PATH/bins/octodns-all" --root "$folder"
    echo "$folder/bin" >>"$GITHUB_PATH"
    exit
fi

# The version and the target are parts of a URL and of paths.
[[ "$VERSION" =~ ^[0-9A-Za-z.+-]+$ ]] || fail "version: this is not the version of a release"
[[ "$TARGET" =~ ^[0-9a-z_-]*$ ]] || fail "target: this is not the name of a build"
if [[ -z "$TARGET" ]]; then
    case "$RUNNER_OS-$RUNNER_ARCH" in
        Linux-X64) TARGET=x86_64-unknown-linux-musl ;;
        Linux-ARM64) TARGET=aarch64-unknown-linux-musl ;;
        macOS-X64) TARGET=x86_64-apple-darwin ;;
        macOS-ARM64) TARGET=aarch64-apple-darwin ;;
        Windows-X64) TARGET=x86_64-pc-windows-msvc ;;
        *) fail "there is no release for $RUNNER_OS on $RUNNER_ARCH: use build: true" ;;
    esac
fi

name="octodns-$VERSION-$TARGET"
download() {
    # A mirror may be a folder.
    curl --fail --silent --show-error --location --retry 3 --proto '=https,file' --proto-redir '=https' \
        --output "$folder/$1" "$DOWNLOAD_URL/v$VERSION/$1" || fail "$DOWNLOAD_URL/v$VERSION/$1 cannot be downloaded"
}
download "$name.tar.gz"
if [[ -z "$SHA256" ]]; then
    download "$name.sha256"
    SHA256="$(awk -v file="$name.tar.gz" '$2 == file { print $1 }' "$folder/$name.sha256")"
fi
if command -v sha256sum >/dev/null; then
    found="$(sha256sum <"$folder/$name.tar.gz")"
else
    found="$(shasum -a 256 <"$folder/$name.tar.gz")"
fi
found="${found%% *}"
[[ "$found" == "$SHA256" ]] || fail "$name.tar.gz has the checksum $found, expected ${SHA256:-one in its list}"

tar -xzf "$folder/$name.tar.gz" -C "$folder"
"$folder/$name/bin/octodns" --version
echo "$folder/$name/bin" >>"$GITHUB_PATH"
