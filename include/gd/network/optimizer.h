/*
 * Updates of a flat parameter vector from its averaged gradient; the meanings are PyTorch's. Local.
 * Source: D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1; I. Loshchilov, F. Hutter,
 * "Decoupled weight decay regularization", ICLR 2019, algorithm 2; torch.optim 1.13 for SGD and for the order of operations.
 */
#ifndef GD_OPTIMIZER_H
#define GD_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>

typedef enum gd_optimizer_kind { GD_SGD, GD_ADAM, GD_ADAMW } gd_optimizer_kind;
enum { GD_OPTIMIZERS = GD_ADAMW + 1 };
extern const char *const gd_optimizer_words[GD_OPTIMIZERS + 1]; /* by gd_optimizer_kind; what options and files call them; ends with NULL */

typedef struct gd_optimizer_options {
	gd_optimizer_kind kind;
	double momentum;     /* sgd */
	bool nesterov;       /* sgd */
	double beta1, beta2; /* adam, adamw */
	double epsilon;
} gd_optimizer_options;

/* Scalars of one step, computed once (rank 0) and broadcast, since libm may differ between hosts. */
typedef struct gd_step_scalars {
	double learning_rate;
	double correction1; /* 1 - beta1^step, step counted from 1 */
	double correction2; /* 1 - beta2^step */
} gd_step_scalars;

/* Moment vectors that the kind keeps, each as long as the parameter vector: 0 (plain sgd), 1 or 2. */
int gd_optimizer_moments(const gd_optimizer_options *options);
/* Name of moment `index` as stored: "momentum", or "first_moment" and "second_moment". */
const char *gd_optimizer_moment_name(const gd_optimizer_options *options, int index);

gd_step_scalars gd_optimizer_scalars(const gd_optimizer_options *options, double learning_rate, long step);

/*
 * One update of `count` parameters (any stretch of the vector). gradient [count] is averaged and clipped. `decay` is
 * the weight decay of this stretch: L2 for sgd and adam, decoupled for adamw. parameters [count] and moments[k] [count], zero before the first step, are overwritten; all in float32, each element
 * by itself. moments[k] is not looked at where the kind has fewer.
 */
void gd_optimizer_update(const gd_optimizer_options *options, const gd_step_scalars *scalars, double decay,
	size_t count, float *parameters, const float *gradient, float *const moments[2]);

/* sum += value, in float32. */
void gd_gradient_add(size_t count, const float *value, float *sum);
/* gradient [count] = sum / weight, in double, then rounded. */
void gd_gradient_average(size_t count, const double *sum, double weight, float *gradient);
void gd_gradient_average_float(size_t count, const float *sum, double weight, float *gradient);

/* Square root of the sum of squares in double, over fixed segments (16 lanes in each) in fixed order. Not finite where an element is not. */
double gd_vector_norm(size_t count, const float *vector);
/* The sum of squares of one segment, of at most GD_NORM_SEGMENT elements: the norm is the root of the segments' sums, added up in their order. */
#define GD_NORM_SEGMENT 4096
double gd_vector_squares(size_t count, const float *vector);
/* clip_grad_norm_'s factor: min(1, limit / (norm + 1e-6)); NaN for a NaN. */
double gd_clip_factor(double norm, double limit);
/* average = decay * average + (1 - decay) * parameters. */
void gd_vector_average(size_t count, double decay, const float *parameters, float *average);

#endif
