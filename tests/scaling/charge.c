#include "charge.h"

#include <mpi.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "gd/base/memory.h"
#include "gd/network/network.h"
#include "gd/network/optimizer.h"
#include "gd/parallel/exchange.h"

static charge in_force = {.arithmetic = true, .exchange = true};
static double pass_seconds, pass_flops;

void charge_set(const charge *prices)
{
	in_force = *prices;
}

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

charge_account charge_spent(void)
{
	return pass_flops > 0 ? (charge_account){now(), pass_seconds, pass_flops} : (charge_account){0};
}

double charge_measure_sum(size_t count)
{
	double *a = gd_allocate(count, sizeof *a), *b = gd_allocate(count, sizeof *b), seconds = 0;
	int times = 0;
	for (double start = now(); a && b && seconds < 0.2; seconds = now() - start, times++)
		for (size_t i = 0; i < count; i++)
			a[i] += b[i] + (double)times;
	free(a);
	free(b);
	return times > 0 ? seconds / times / (double)count : 0;
}

void __real_gd_network_forward_segment(const gd_network *, const gd_pass *, int, const gd_block *, float *, gd_wide_sum *, gd_loss_sums *);
void __wrap_gd_network_forward_segment(const gd_network *, const gd_pass *, int, const gd_block *, float *, gd_wide_sum *, gd_loss_sums *);
void __real_gd_network_backward_segment(const gd_network *, const gd_pass *, int, const gd_block *, float *, gd_gradient_sink *, void *, gd_wide_sum *);
void __wrap_gd_network_backward_segment(const gd_network *, const gd_pass *, int, const gd_block *, float *, gd_gradient_sink *, void *, gd_wide_sum *);

#ifndef GD_SMPI

void __wrap_gd_network_forward_segment(const gd_network *network, const gd_pass *pass, int segment, const gd_block *block,
	float *workspace, gd_wide_sum *moments, gd_loss_sums *loss)
{
	double start = now();
	__real_gd_network_forward_segment(network, pass, segment, block, workspace, moments, loss);
	pass_seconds += now() - start;
}

void __wrap_gd_network_backward_segment(const gd_network *network, const gd_pass *pass, int segment, const gd_block *block,
	float *workspace, gd_gradient_sink *sink, void *context, gd_wide_sum *sums)
{
	double start = now();
	__real_gd_network_backward_segment(network, pass, segment, block, workspace, sink, context, sums);
	pass_seconds += now() - start;
	if (segment == 0)
		pass_flops += gd_network_flops(network) * block->rows;
}

void charge_pay(void)
{
}

#else

/* Vectors from here on are one memory for all ranks where nobody looks at their values. */
#define FOLDED_BYTES ((size_t)1 << 16)

/* A block is paid for before it is computed, since its gradient may travel as soon as it is made. */
void __wrap_gd_network_forward_segment(const gd_network *network, const gd_pass *pass, int segment, const gd_block *block,
	float *workspace, gd_wide_sum *moments, gd_loss_sums *loss)
{
	if (segment == 0 && in_force.flops_a_second > 0)
		smpi_execute_benched(gd_network_flops(network) * block->rows / in_force.flops_a_second);
	if (in_force.arithmetic)
		__real_gd_network_forward_segment(network, pass, segment, block, workspace, moments, loss);
}

void __wrap_gd_network_backward_segment(const gd_network *network, const gd_pass *pass, int segment, const gd_block *block,
	float *workspace, gd_gradient_sink *sink, void *context, gd_wide_sum *sums)
{
	if (in_force.arithmetic)
		__real_gd_network_backward_segment(network, pass, segment, block, workspace, sink, context, sums);
}

/* Blocks of rows that nobody has sent, where nobody looks at them. */
gd_status __real_gd_exchange_reach(gd_exchange *, int64_t);
gd_status __wrap_gd_exchange_reach(gd_exchange *, int64_t);
gd_status __wrap_gd_exchange_reach(gd_exchange *exchange, int64_t step)
{
	return in_force.exchange ? __real_gd_exchange_reach(exchange, step) : gd_ok();
}

gd_block __real_gd_exchange_block(const gd_exchange *, int64_t, int, float *);
gd_block __wrap_gd_exchange_block(const gd_exchange *, int64_t, int, float *);
gd_block __wrap_gd_exchange_block(const gd_exchange *exchange, int64_t step, int block, float *x)
{
	if (in_force.arithmetic)
		return __real_gd_exchange_block(exchange, step, block, x);
	gd_step_plan plan = gd_exchange_step(exchange, step);
	return (gd_block){.index = block, .rows = gd_block_start(plan.rows, plan.blocks, block + 1) - gd_block_start(plan.rows, plan.blocks, block), .x = x};
}

static size_t updated;

void __real_gd_optimizer_update(const gd_optimizer_options *, const gd_step_scalars *, double, size_t, float *, const float *, float *const [2]);
void __wrap_gd_optimizer_update(const gd_optimizer_options *, const gd_step_scalars *, double, size_t, float *, const float *, float *const [2]);
void __wrap_gd_optimizer_update(const gd_optimizer_options *options, const gd_step_scalars *scalars, double decay,
	size_t count, float *parameters, const float *gradient, float *const moments[2])
{
	updated += count;
	if (in_force.arithmetic)
		__real_gd_optimizer_update(options, scalars, decay, count, parameters, gradient, moments);
}

void charge_pay(void)
{
	smpi_execute_benched(in_force.parameter_seconds * (double)updated);
	updated = 0;
}

/* The loss and its weight are what a step divides; ranks without a block would find zeros. */
double __real_gd_wide_sum_value(const gd_wide_sum *);
double __wrap_gd_wide_sum_value(const gd_wide_sum *);
double __wrap_gd_wide_sum_value(const gd_wide_sum *sum)
{
	return in_force.arithmetic ? __real_gd_wide_sum_value(sum) : 1;
}

/* For the step and its state, whose vectors are equally long on all ranks: the n-th of one rank is the n-th of all. */
void *folded_allocate(size_t count, size_t size);
void *folded_allocate(size_t count, size_t size)
{
	static int calls;
	int call = ++calls;
	if (in_force.arithmetic || count * size < FOLDED_BYTES)
		return gd_allocate(count, size);
	return smpi_shared_malloc(count * size, "stepper", call);
}

/*
 * The messages of Rabenseifner's algorithm on a power of two of ranks, without their values: halves, quarters ... to the partner and back.
 * Source: R. Thakur, R. Rabenseifner, W. Gropp, "Optimization of collective communication operations in MPICH", IJHPCA 19 (2005), section 4.5.
 */
static int exchange_halves(char *bytes, int size, MPI_Comm communicator)
{
	int rank, ranks, code = MPI_SUCCESS, part = size;
	MPI_Comm_rank(communicator, &rank);
	MPI_Comm_size(communicator, &ranks);
	for (int distance = ranks / 2; distance >= 1 && code == MPI_SUCCESS; distance /= 2) {
		part /= 2;
		code = MPI_Sendrecv(bytes, part, MPI_BYTE, rank ^ distance, 0, bytes + part, part, MPI_BYTE, rank ^ distance, 0, communicator, MPI_STATUS_IGNORE);
	}
	for (int distance = 1; distance < ranks && code == MPI_SUCCESS; distance *= 2, part *= 2)
		code = MPI_Sendrecv(bytes, part, MPI_BYTE, rank ^ distance, 0, bytes + part, part, MPI_BYTE, rank ^ distance, 0, communicator, MPI_STATUS_IGNORE);
	return code;
}

int __real_MPI_Allreduce(const void *, void *, int, MPI_Datatype, MPI_Op, MPI_Comm);
int __wrap_MPI_Allreduce(const void *, void *, int, MPI_Datatype, MPI_Op, MPI_Comm);
int __wrap_MPI_Allreduce(const void *send, void *receive, int count, MPI_Datatype type, MPI_Op op, MPI_Comm communicator)
{
	static void *scratch;
	static int room;
	int size, ranks, code;
	MPI_Type_size(type, &size);
	MPI_Comm_size(communicator, &ranks);
	if (in_force.arithmetic || (size_t)count * (size_t)size < FOLDED_BYTES) {
		code = __real_MPI_Allreduce(send, receive, count, type, op, communicator);
	} else {
		if (count * size > room) {
			room = count * size;
			scratch = smpi_shared_malloc((size_t)room, "all-reduce", room);
		}
		code = exchange_halves(scratch, count * size, communicator);
	}
	if (op == MPI_SUM)
		smpi_execute_benched(in_force.sum_seconds * count * (ranks - 1) / ranks);
	return code;
}

#endif
