# A recipe for Spack. Its variants and dependencies are those of CMakeLists.txt, which tests/cli/recipes.sh compares.
from spack.package import *

try:
    from spack_repo.builtin.build_systems.cmake import CMakePackage
except ImportError:  # before Spack 1.0, spack.package has it
    pass


class GenreDist(CMakePackage):
    """Distributed data-parallel trainer of neural-network classifiers of tables over MPI: the same seed gives the same
    bits on any number of ranks."""

    homepage = "https://example.org/genre-dist"
    url = "https://example.org/genre-dist/genre-dist-1.0.0.tar.gz"

    license("MIT")

    # sha256: of the tarball, once it can be downloaded
    version("1.0.0")

    variant("xgboost", default=True, description="Use XGBoost for some baselines")
    variant("plots", default=True, description="Plots in reports, by gnuplot")

    depends_on("c", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("mpi")
    depends_on("hdf5+mpi+hl@1.10:")
    depends_on("blis")
    depends_on("libinih")
    depends_on("zlib-api")
    depends_on("zstd")
    depends_on("xgboost", when="+xgboost")
    depends_on("gnuplot", when="+plots", type="run")
    depends_on("cunit", type="test")

    def cmake_args(self):
        return [
            self.define_from_variant("GD_XGBOOST", "xgboost"),
            self.define("BUILD_TESTING", self.run_tests),
        ]

    def test_check(self):
        """one rank's bits, files and engine"""
        which(self.prefix.bin.join("genre-dist"))("info", "--check", ".")
