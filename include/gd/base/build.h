/* What was built. Local. */
#ifndef GD_BUILD_H
#define GD_BUILD_H

extern const char gd_version[];  /* "1.0.0" */
extern const char gd_commit[];   /* of the source, or "unknown" */
extern const char gd_source_date[]; /* of that commit, or of the build: "2026-01-31" */
extern const char gd_compiler[]; /* "gcc 12.2.0" */
extern const char gd_build_type[];

#endif
