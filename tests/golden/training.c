/* Trainings of plain rows against PyTorch's. */
#include "golden.h"
#include "run.h"
#include "unit.h"

const char *const unit_suite = "golden training";

static void check(const char *name)
{
	static float x[GOLDEN_ROWS * GOLDEN_INPUTS];
	golden_file file = golden_open("start");
	golden_floats(&file, "x", sizeof x / sizeof *x, x);
	golden_close(&file);
	golden_run(name, &(golden_start){.file = "start", .x = x});
}

static void test_activations(void)
{
	check("sgd_relu");
	check("sgd_sigmoid");
	check("sgd_tanh");
	check("sgd_gelu");
	check("sgd_silu");
}

static void test_sgd(void)
{
	check("sgd_plain");
	check("sgd_nesterov");
}

static void test_weight_decay(void)
{
	check("sgd_weight_decay");
	check("sgd_decay_weights");
}

static void test_clip(void)
{
	check("sgd_clip");
}

static void test_loss(void)
{
	check("sgd_label_smoothing");
	check("sgd_class_weights");
	check("sgd_row_weights");
	check("sgd_all_weights");
}

static void test_batch_norm(void)
{
	check("sgd_batch_norm");
}

static void test_everything(void)
{
	check("sgd_everything");
}

static void test_adam(void)
{
	check("adam");
	check("adam_everything");
	check("adam_batch_norm");
}

static void test_adamw(void)
{
	check("adamw");
	check("adamw_decay_weights");
	check("adamw_batch_norm");
}

const unit_test unit_tests[] = {
	{"each activation with momentum", test_activations},
	{"plain and Nesterov", test_sgd},
	{"weight decay, on all and on weights", test_weight_decay},
	{"an active clip", test_clip},
	{"label smoothing, weights of classes and of rows", test_loss},
	{"batch normalisation with its running statistics", test_batch_norm},
	{"SGD with everything", test_everything},
	{"Adam", test_adam},
	{"AdamW", test_adamw},
	{NULL, NULL},
};
