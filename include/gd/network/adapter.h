/*
 * What the members of one network have to themselves in front of the layers that they share: a factor on each input column, r. A member's first product
 * is (x r) W, which is x with W's rows scaled: so the columns are made once for all members. Local.
 *
 * Behind it a block of R rows and K members is [units, K * R]: unit u of member m and row r at (u*K + m)*R + r, so that a shared layer is one product.
 * Source: Y. Gorishniy, A. Kotelnikov, A. Babenko, "TabM: advancing tabular deep learning with parameter-efficient ensembling", ICLR 2025 (TabM-mini).
 */
#ifndef GD_ADAPTER_H
#define GD_ADAPTER_H

/* scaled [inputs, outputs]: weight's row i times factor[i]; overwritten. */
void gd_adapter_scale(int inputs, int outputs, const float *factor, const float *weight, float *scaled);
void gd_adapter_scale_ref(int inputs, int outputs, const float *factor, const float *weight, float *scaled);

/*
 * From own [inputs, outputs], the gradient of a member's scaled weights: gradient [inputs, outputs] += its rows times factor[i], and factor_gradient [inputs], overwritten,
 * the sums over outputs of own * weight, in 16 single-precision lanes (output o in lane o mod 16) that are added pairwise.
 */
void gd_adapter_gradient(int inputs, int outputs, const float *factor, const float *weight, const float *own, float *gradient, float *factor_gradient);
void gd_adapter_gradient_ref(int inputs, int outputs, const float *factor, const float *weight, const float *own, float *gradient, float *factor_gradient);

#endif
