#include "gd/score/protobuf.h"

#include <string.h>

#include "unit.h"

static void expect(const gd_protobuf *message, size_t size, const char *bytes)
{
	CU_ASSERT_FALSE(message->failed);
	CU_ASSERT_EQUAL(message->size, size);
	CU_ASSERT(message->size == size && !memcmp(message->bytes, bytes, size));
}

/* The examples of the format's own description (protobuf.dev, "Encoding"). */
static void published_examples(void)
{
	gd_protobuf message = {0}, part = {0};
	gd_protobuf_integer(&message, 1, 150);
	expect(&message, 3, "\x08\x96\x01");
	gd_protobuf_release(&message);
	gd_protobuf_text(&message, 2, "testing");
	expect(&message, 9, "\x12\x07testing");
	gd_protobuf_release(&message);
	gd_protobuf_integer(&part, 1, 150);
	gd_protobuf_message(&message, 3, &part);
	expect(&message, 5, "\x1a\x03\x08\x96\x01");
	CU_ASSERT_EQUAL(part.size, 0);
	gd_protobuf_release(&message);
	gd_protobuf_integer(&message, 1, -2);
	expect(&message, 11, "\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01");
	gd_protobuf_release(&message);
}

static void numbers_and_long_tags(void)
{
	gd_protobuf message = {0};
	gd_protobuf_float(&message, 2, 1.0f);
	gd_protobuf_integer(&message, 20, 0);
	expect(&message, 8, "\x15\x00\x00\x80\x3f\xa0\x01\x00");
	gd_protobuf_release(&message);
}

static void failures_travel(void)
{
	gd_protobuf message = {0}, part = {.failed = true};
	gd_protobuf_message(&message, 1, &part);
	CU_ASSERT_TRUE(message.failed);
	gd_protobuf_release(&message);
}

static void long_messages(void)
{
	gd_protobuf message = {0};
	for (int i = 0; i < 100000; i++)
		gd_protobuf_integer(&message, 1, i & 127);
	CU_ASSERT_FALSE(message.failed);
	CU_ASSERT_EQUAL(message.size, 200000);
	for (size_t i = 0; i < message.size; i++)
		if (message.bytes[i] != (i & 1 ? (i / 2) & 127 : 8))
			CU_FAIL("a byte differs");
	gd_protobuf_release(&message);
}

const char *const unit_suite = "protobuf";
const unit_test unit_tests[] = {
	{"published examples", published_examples},
	{"numbers and long tags", numbers_and_long_tags},
	{"failures travel", failures_travel},
	{"long messages", long_messages},
	{NULL, NULL},
};
