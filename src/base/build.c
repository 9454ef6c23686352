#include "gd/base/build.h"

#include "gd_build.h"

#define TEXT(x) #x
#define NUMBER(x) TEXT(x)

const char gd_version[] = GD_VERSION;
const char gd_commit[] = GD_COMMIT;
const char gd_source_date[] = GD_DATE;
#if defined(__clang__)
const char gd_compiler[] = "clang " NUMBER(__clang_major__) "." NUMBER(__clang_minor__) "." NUMBER(__clang_patchlevel__);
#else
const char gd_compiler[] = "gcc " NUMBER(__GNUC__) "." NUMBER(__GNUC_MINOR__) "." NUMBER(__GNUC_PATCHLEVEL__);
#endif
const char gd_build_type[] = GD_BUILD_TYPE;
