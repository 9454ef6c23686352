#!/usr/bin/env bash
# The recipes of jobs/install are those of CMakeLists.txt: its version, options and libraries; and they parse. Spack, EasyBuild and Apptainer themselves are not needed.
. "$(dirname "$0")/checks.bash"
: "${GD_SOURCE_DIRECTORY:?the tree}"
command -v python3 >/dev/null || { echo "skipped: there is no python3"; exit 77; }
cat >compare.py <<'END'
import ast, glob, pathlib, re, sys

top = pathlib.Path(sys.argv[1])
cmake = (top / "CMakeLists.txt").read_text()
faults = []


def expect(what, found, wanted):
    if found != wanted:
        faults.append(f"{what}: {found}, CMakeLists.txt says {wanted}")


version = re.search(r"project\(genre-dist VERSION ([0-9.]+)", cmake)[1]
least = re.search(r"cmake_minimum_required\(VERSION ([0-9.]+)\)", cmake)[1]
libraries = set(re.findall(r"^gd_find\((\w+) ", cmake, re.M)) | {"mpi", "hdf5"}
options = set(re.findall(r"^option\((GD_\w+) ", cmake, re.M)) - {"GD_WERROR", "GD_FUZZ", "GD_SMPI"}  # for who works on it

# Spack: the calls of the class body.
tree = ast.parse((top / "jobs/install/spack/package.py").read_text())
recipe = next(n for n in tree.body if isinstance(n, ast.ClassDef))
calls = [n.value for n in recipe.body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)]
of = lambda name: [c for c in calls if c.func.id == name]
word = lambda c: c.args[0].value
kinds = lambda c: next((k.value.value for k in c.keywords if k.arg == "type"), "")
when = lambda c: next((k.value.value for k in c.keywords if k.arg == "when"), "")
names = {re.split(r"[@+]", word(c))[0]: c for c in of("depends_on")}
theirs = {"zlib-api": "zlib", "libinih": "inih"}  # Spack's names
linked = {theirs.get(n, n) for n, c in names.items() if not kinds(c)}
for name in theirs.values():
    name in names and faults.append(f"spack has no package '{name}'")
expect("spack's version", [word(c) for c in of("version")][0], version)
expect("spack's cmake", word(names["cmake"]), f"cmake@{least}:")
expect("spack's libraries", linked - {"xgboost"}, libraries)
expect("spack's HDF5 with MPI and HL", "+mpi" in word(names["hdf5"]) and "+hl" in word(names["hdf5"]), True)
expect("spack's xgboost", when(names["xgboost"]), "+xgboost")
defined = set(re.findall(r'"(GD_\w+)"', (top / "jobs/install/spack/package.py").read_text()))
expect("spack's options", defined, options)

# EasyBuild: assignments.
for path in glob.glob(str(top / "jobs/install/easybuild/*.eb")):
    values = {}
    for node in ast.parse(open(path).read()).body:
        for name in ast.walk(node.value):
            if isinstance(name, ast.Name):
                name.id in ("SOURCE_TAR_GZ",) or faults.append(f"{path}: unknown name {name.id}")
        try:
            values[node.targets[0].id] = ast.literal_eval(node.value)
        except ValueError:
            values[node.targets[0].id] = None
    expect("EasyBuild's version", values["version"], version)
    expect("EasyBuild's file name", pathlib.Path(path).name, f"genre-dist-{version}-{values['toolchain']['name']}-{values['toolchain']['version']}.eb")
    expect("EasyBuild's libraries", {n.lower() for n, _ in values["dependencies"]} | {"mpi"}, libraries)
    cmake_there = next(v for n, v in values["builddependencies"] if n == "CMake")
    expect("EasyBuild's CMake is enough", tuple(map(int, cmake_there.split("."))) >= tuple(map(int, least.split("."))), True)
    expect("EasyBuild's options", set(re.findall(r"-D(GD_\w+)", values["configopts"])), options)

# Apptainer: what it copies is there, and setup.sh, which it runs, has a package for each library.
definition = (top / "jobs/install/genre-dist.def").read_text()
for line in re.search(r"%files\n(.*?)\n\n", definition, re.S)[1].splitlines():
    source = line.split()[0]
    (top / source).exists() or faults.append(f"genre-dist.def copies '{source}', which is not there")
copied = set(re.findall(r"^    (\S+) /source/", definition, re.M))
expect("what the container's build reads", copied, {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "src", "include", "data", "jobs"})
setup = (top / "jobs/setup.sh").read_text()
for package in re.findall(r"^gd_find\(\w+ \S+ \S+ (\S+)\)", cmake, re.M):
    package in setup or faults.append(f"jobs/setup.sh does not install {package}")
for fault in faults:
    print("FAULT:", fault)
sys.exit(bool(faults))
END
expect 0 '' python3 compare.py "$GD_SOURCE_DIRECTORY"
cat out.txt
# The comparison finds what it is for.
copy() {
	rm -rf tree && mkdir -p tree/jobs && cp "$GD_SOURCE_DIRECTORY"/{CMakeLists.txt,CMakePresets.json,LICENSE} tree && cp -r "$GD_SOURCE_DIRECTORY"/jobs/{install,setup.sh} tree/jobs && mkdir tree/{src,include,data}
}
for change in 's/^gd_find(zstd .*$//' 's/^gd_find(inih \(.*\))/gd_find(inih \1)\ngd_find(more more.h more libmore-dev)/' 's/VERSION [0-9.]* LANG/VERSION 77.0.0 LANG/' 's/^option(GD_XGBOOST/option(GD_OTHER/' 's/cmake_minimum_required(VERSION .*/cmake_minimum_required(VERSION 3.99)/'; do
	copy
	sed -i "$change" tree/CMakeLists.txt
	expect 1 '' python3 compare.py tree
	grep -q FAULT out.txt || fail "a change by '$change' is not found"
done
finish
