/* Checkpoints: the digest, and the decoder on bytes that have the right digest or none. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "gd/base/log.h"
#include "gd/store/checkpoint.h"
#include "gd/store/digest.h"

static gd_code decode(const void *bytes, size_t size)
{
	gd_checkpoint checkpoint = {0};
	gd_status status = gd_checkpoint_decode("input", bytes, size, &checkpoint);
	if (!gd_failed(&status)) {
		char hash[65];
		gd_weights_sha256(checkpoint.network, checkpoint.parameters, checkpoint.statistics, hash);
		fuzz_require(!strcmp(hash, checkpoint.weights_sha256), "weights match their hash");
		gd_checkpoint_release(&checkpoint);
	} else {
		fuzz_require(status.code == GD_BAD_DATA && status.message[0], "a bad checkpoint is bad data");
	}
	return status.code;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	size_t length;
	gd_log_mute(true);
	gd_digest_verdict verdict = gd_digest_check(bytes, size, &length);
	fuzz_require(length <= size, "a digest takes bytes away");
	gd_code code = decode(bytes, size);
	fuzz_require(verdict != GD_DIGEST_WRONG || code == GD_BAD_DATA, "a wrong digest is refused");
	return 0;
}
