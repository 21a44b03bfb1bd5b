#!/bin/sh
# Make a virtual environment, with pip, in the folder named; also where Debian's python3-venv is absent.
#
#   packaging/make_venv.sh FOLDER
#
# $PYTHON, when set, is the interpreter to use.
set -eu
folder=$1

suits() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

python=
for each in ${PYTHON:-python3.11 python3 python3.12 python3.13 python3.14}; do
    if suits "$each"; then
        python=$each
        break
    fi
done
if [ -z "$python" ]; then
    echo "TagStudio needs Python 3.11 or newer: install it, or name it with “PYTHON=/path/to/python3 make ...”." >&2
    exit 1
fi

"$python" -m venv "$folder" >/dev/null 2>&1 && exit 0

# Without python3-venv there is no pip to put inside: let the pip outside do it.
rm -rf "$folder"
if "$python" -m venv --without-pip "$folder" && "$python" -m pip --python "$folder/bin/python" install --quiet pip; then
    exit 0
fi
rm -rf "$folder"
echo "No virtual environment can be made here: run “apt-get install python3-venv” as root, then try again." >&2
exit 1
