/* Schema files, and the recipes in models, which are schemas too. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "gd/schema/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	gd_schema schema, second;
	char *text = fuzz_text(bytes, size), *once = NULL, *twice = NULL;
	gd_status status = gd_schema_read(text, "input", GD_USAGE, &schema);
	free(text);
	if (gd_failed(&status)) {
		fuzz_require(status.code == GD_USAGE && status.message[0], "a bad schema is wrong usage");
		return 0;
	}
	status = gd_schema_format(&schema, &once);
	if (!gd_failed(&status)) {
		status = gd_schema_read(once, "its own words", GD_BAD_DATA, &second);
		fuzz_require(!gd_failed(&status), "a schema reads what it writes");
		status = gd_schema_format(&second, &twice);
		fuzz_require(!gd_failed(&status) && !strcmp(once, twice), "and writes the same again");
		gd_schema_release(&second);
	}
	free(once);
	free(twice);
	gd_schema_release(&schema);
	return 0;
}
