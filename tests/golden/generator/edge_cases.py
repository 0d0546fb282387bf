"""Cases at the edges of the operations: options that seldom occur, extents of 1 and 0, ties, views. One line or two each."""
import numpy as np
from golden_lib import case, const, N, U, I, V, VI, sign, binary, grid
from golden_ops import rnn_params
from hmm_cases import CATEGORICAL_TIED, DNA, pair_model, sample_hmm
from hmm_reference import hmm_case, pair_case


def cases():
    c = []
    add = lambda *a, **k: c.append(case(*a, **k))
    bn = lambda n: dict(running_mean=N(n, scale=0.3), running_var=U(n, lo=0.5, hi=2))
    loss = dict(upstream=1.0)

    # ---- dense
    add("edge_linear_vector", "linear", dict(x=N(5)), dict(weight=N(3, 5), bias=N(3)))
    add("edge_linear_no_inputs", "linear", dict(x=N(2, 0)), dict(weight=N(3, 0), bias=N(3)), tags="empty")

    # ---- convolution
    add("edge_conv1d_same_even_kernel_dilated", "conv1d", dict(x=N(2, 2, 9)), dict(weight=N(3, 2, 4), bias=N(3)), hp=dict(padding="same", dilation=3))
    add("edge_conv1d_circular", "conv1d", dict(x=N(1, 2, 7)), dict(weight=N(3, 2, 3), bias=N(3)), hp=dict(padding=2, padding_mode="circular", stride=2))
    add("edge_conv1d_unbatched", "conv1d", dict(x=N(2, 7)), dict(weight=N(4, 1, 3), bias=N(4)), hp=dict(padding=2, groups=2))
    add("edge_conv2d_unbatched", "conv2d", dict(x=N(2, 5, 6)), dict(weight=N(3, 2, 3, 2), bias=N(3)), hp=dict(padding=[1, 0]))
    add("edge_conv2d_depthwise_mixed_steps", "conv2d", dict(x=N(2, 3, 7, 8)), dict(weight=N(6, 1, 3, 2), bias=N(6)),
        hp=dict(groups=3, stride=[2, 1], dilation=[1, 3], padding=[0, 2]))
    add("edge_conv2d_cropping", "conv2d", dict(x=N(1, 2, 6, 6)), dict(weight=N(2, 2, 3, 3)), hp=dict(pad=[-1, 2, 0, -1]))
    add("edge_conv2d_reflect_strided", "conv2d", dict(x=N(2, 2, 5, 4)), dict(weight=N(2, 2, 3, 3), bias=N(2)), hp=dict(padding=[2, 1], padding_mode="reflect", stride=2))
    add("edge_conv2d_empty_batch", "conv2d", dict(x=N(0, 2, 5, 5)), dict(weight=N(3, 2, 3, 3), bias=N(3)), tags="empty")
    add("edge_conv2d_views", "conv2d", dict(x=N(5, 2, 1, 6)), dict(weight=N(3, 3, 4, 2)), hp=dict(padding=1),
        views=dict(x="permute 2,1,3,0; expand 2,2,6,5", weight="permute 0,3,1,2; slice 3 0 4 2"), tags="noncontiguous")
    add("edge_conv_transpose2d_output_padding_of_dilation", "conv_transpose2d", dict(x=N(2, 2, 3, 4)), dict(weight=N(2, 3, 2, 2), bias=N(3)),
        hp=dict(dilation=3, output_padding=2, padding=[0, 1]))
    add("edge_conv_transpose2d_groups_unbatched", "conv_transpose2d", dict(x=N(4, 3, 2)), dict(weight=N(4, 1, 3, 2), bias=N(2)),
        hp=dict(groups=2, stride=[3, 2], padding=1, output_padding=[2, 0]))
    add("edge_locally_connected2d_one_place", "locally_connected2d", dict(x=N(2, 2, 3, 5)), dict(weight=N(1, 2, 12, scale=0.4), bias=N(1, 2)),
        hp=dict(kernel=[2, 3], dilation=2))

    # ---- pooling
    add("edge_max_pool2d_window_beyond_input", "max_pool2d", dict(x=N(2, 2, 1, 5)), hp=dict(kernel=[2, 3], ceil_mode=True))
    add("edge_max_pool2d_ties_dilated_ceil", "max_pool2d", dict(x=grid(1, 2, 7, 6)), hp=dict(kernel=2, stride=2, padding=1, dilation=2, ceil_mode=True), tags="ties")
    add("edge_avg_pool2d_ceil_unbatched", "avg_pool2d", dict(x=N(2, 6, 5)), hp=dict(kernel=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False))
    add("edge_avg_pool2d_window_beyond_input", "avg_pool2d", dict(x=N(1, 2, 2, 7)), hp=dict(kernel=[4, 2], stride=[3, 3], padding=[1, 0], ceil_mode=True))

    # ---- normalisation
    add("edge_batch_norm_two_values_momentum_1", "batch_norm", dict(x=N(2, 3)), None, bn(3), dict(training=True, momentum=1.0, eps=1e-5))
    add("edge_batch_norm_bias_only", "batch_norm", dict(x=N(2, 3, 2, 1, 2)), dict(bias=N(3)), bn(3), dict(training=True, momentum=0.0, eps=1e-3))
    add("edge_layer_norm_all_without_affine", "layer_norm", dict(x=N(2, 3, 4)), hp=dict(normalized_shape=[2, 3, 4], eps=1e-5))
    add("edge_layer_norm_of_one", "layer_norm", dict(x=N(3, 1)), dict(bias=N(1)), hp=dict(normalized_shape=[1], eps=1e-3))

    # ---- activations
    add("edge_leaky_relu_negative_slope_ties", "leaky_relu", dict(x=grid(3, 5)), hp=dict(slope=-0.3), tags="ties")
    add("edge_softplus_low_threshold", "softplus", dict(x=N(4, 6, scale=2)), hp=dict(beta=3.0, threshold=1.0))
    add("edge_gelu_tails", "gelu", dict(x=N(5, 6, scale=8)), hp=dict(approximate="none"))
    add("edge_softmax_middle_negative_dim", "softmax", dict(x=N(2, 3, 4, scale=20)), hp=dict(dim=-2))
    add("edge_log_softmax_scalar", "log_softmax", dict(x=N()), hp=dict(dim=0))

    # ---- losses
    add("edge_mse_broadcast", "mse", dict(x=N(3, 1), target=N(2)), hp=dict(reduction="mean"), **loss)
    add("edge_cross_entropy_one_row", "cross_entropy", dict(x=N(4), target=VI(2)), buffers=dict(class_weight=U(4, lo=0.2, hi=2)),
        hp=dict(reduction="mean", label_smoothing=0.2), **loss)
    add("edge_cross_entropy_one_row_probabilities", "cross_entropy", dict(x=N(4), target=const(U(4))), hp=dict(reduction="none"))
    add("edge_cross_entropy_ignore_smoothing_weights", "cross_entropy", dict(x=N(3, 4, 2), target=VI([[1, 3], [0, 2], [1, 1]])),
        buffers=dict(class_weight=U(4, lo=0.2, hi=2)), hp=dict(reduction="mean", label_smoothing=0.3, ignore_index=1), **loss)
    add("edge_cross_entropy_probabilities_weights", "cross_entropy", dict(x=N(2, 3, 2, 2), target=const(U(2, 3, 2, 2))),
        buffers=dict(class_weight=U(3, lo=0.2, hi=2)), hp=dict(reduction="mean", label_smoothing=0.1), **loss)
    add("edge_bce_pos_weight_broadcast", "bce_with_logits", dict(x=N(2, 3, 4, scale=30), target=U(2, 3, 4)), buffers=dict(pos_weight=U(3, 1, lo=0.3, hi=3)),
        hp=dict(reduction="none"))
    add("edge_cosine_embedding_zero_vector", "cosine_embedding", dict(x1=V([[0, 0, 0], [0, 0, 0], [1, -2, 0.5]]), x2=N(3, 3), y=const(V([1, -1, -1]))),
        hp=dict(margin=0.0, reduction="sum"), tags="ties", **loss)
    add("edge_cosine_embedding_one_pair", "cosine_embedding", dict(x1=N(4), x2=N(4), y=const(V(-1))), hp=dict(margin=-0.9, reduction="none"))
    add("edge_triplet_margin_0_ties", "triplet_margin", dict(anchor=V([[1, 2, 3], [0, 1, 0]]), positive=V([[1, 2, 4], [2, 0, 1]]), negative=V([[1, 2, 4], [0, 1, 1]])),
        hp=dict(margin=0.0, reduction="sum"), tags="ties", **loss)
    add("edge_triplet_margin_infinite_norm", "triplet_margin", dict(anchor=N(4, 3), positive=N(4, 3), negative=N(4, 3)), hp=dict(margin=0.5, p=float("inf"), reduction="none"))
    add("edge_triplet_margin_one_triplet", "triplet_margin", dict(anchor=N(5), positive=N(5), negative=N(5)), hp=dict(margin=5.0, p=1.5, reduction="mean"), **loss)
    add("edge_contrastive_margin_0", "contrastive", dict(x1=N(5, 3), x2=N(5, 3), y=binary(5)), hp=dict(margin=0.0), **loss)

    # ---- recurrent
    def rnn(name, mode, T, B, inp, hid, layers=1, bi=False, bf=False, states=(), **hp):
        ins = dict(x=N(B, T, inp) if bf else N(T, B, inp), **{s: N(layers * (2 if bi else 1), B, hid) for s in states})
        params = rnn_params(mode, inp, hid, layers, bi, hp.get("bias", True))
        add(name, "rnn", ins, params, hp=dict(mode=mode, hidden_size=hid, num_layers=layers, bidirectional=bi, batch_first=bf, **hp))
    rnn("edge_rnn_relu_one_step_no_bias", "rnn_relu", 1, 2, 3, 2, layers=2, bi=True, bf=True, bias=False)
    rnn("edge_lstm_cell_state_alone", "lstm", 3, 2, 2, 3, states=("c0",), bi=True)
    rnn("edge_gru_one_of_one", "gru", 1, 1, 1, 1, states=("h0",), bi=True)
    rnn("edge_lstm_three_layers_no_bias", "lstm", 2, 3, 4, 2, layers=3, states=("h0",), bias=False)
    add("edge_embedding_padding_from_the_end", "embedding", dict(indices=VI([[3, 0], [3, 1], [2, 3]])), dict(weight=N(4, 3)), hp=dict(padding_idx=-1))

    # ---- tensor operations
    add("edge_reduce_prod_ties", "reduce", dict(x=grid(3, 4)), hp=dict(kind="prod", dims=[-1], keepdim=True), tags="ties")
    add("edge_reduce_min_first_of_equal", "reduce", dict(x=grid(3, 5)), hp=dict(kind="min", dims=[-2]), tags="ties")
    add("edge_reduce_var_biased_all", "reduce", dict(x=N(2, 3, 2)), hp=dict(kind="var", unbiased=False, keepdim=True))
    add("edge_reduce_sum_of_nothing", "reduce", dict(x=N(2, 0, 3)), hp=dict(kind="sum", dims=[1, -1]), tags="empty")
    add("edge_arith_powers", "arith", dict(a=U(3, 1, lo=0.5, hi=2), b=N(4)), hp=dict(expr="-a**2 + 2**-b - (a*a)**b**2 / 2.5e-1"))
    add("edge_matmul_vector_batch", "matmul", dict(a=N(4), b=N(2, 3, 4, 2)))
    add("edge_matmul_nothing_to_sum", "matmul", dict(a=N(2, 3), b=N(0, 4)), views=dict(a="slice 1 3 3 1"), tags="empty,noncontiguous")
    add("edge_index_select_view_of_index", "index_select", dict(x=N(2, 4, 3), index=VI([3, 9, 0, 9, 3])), hp=dict(dim=-2), views=dict(index="slice 0 0 5 2"), tags="noncontiguous")
    add("edge_gather_smaller_index", "gather", dict(x=N(3, 4, 2), index=I(2, 6, 1, hi=4)), hp=dict(dim=-2))
    add("edge_index_add_last_dim", "index_add", dict(base=N(2, 4), src=N(2, 3), index=VI([2, 2, 0])), hp=dict(dim=-1))
    add("edge_concat_with_empty", "concat", dict(a=N(2, 0, 3), b=N(2, 2, 3), c=N(2, 1, 3)), hp=dict(dim=-2), tags="empty")
    add("edge_stack_last_dim", "stack", dict(a=N(2, 3), b=N(2, 3), c=N(3, 2)), hp=dict(dim=-1), views=dict(c="permute 1,0"), tags="noncontiguous")
    add("edge_slice_negative_bounds", "slice", dict(x=N(5, 6, 2)), hp=dict(ranges=[-4, 9, 2, -3, -1, 1]))
    add("edge_pad_circular_whole", "pad", dict(x=N(1, 2, 3, 4)), hp=dict(pad=[4, 0, 1, 3], mode="circular"))
    add("edge_pad_replicate_one", "pad", dict(x=N(2, 1, 3)), hp=dict(pad=[2, 3], mode="replicate"))
    add("edge_pad_crop_and_fill", "pad", dict(x=N(3, 4, 2)), hp=dict(pad=[1, -1, -2, 3], mode="constant", value=-1.5))
    add("edge_permute_reshape_rest", "permute", dict(x=N(2, 3, 4)), hp=dict(dims=[-1, 0, 1], reshape=[3, -1, 1]))
    add("edge_einsum_ellipsis", "einsum", dict(a=N(2, 1, 3, 4), b=N(3, 4, 2)), hp=dict(equation="...ij,...jk->...ik"))
    add("edge_einsum_ellipsis_implicit", "einsum", dict(a=N(2, 3, 3), b=N(3)), hp=dict(equation="...ii, i"))
    add("edge_einsum_diagonals", "einsum", dict(a=N(2, 2, 3), b=N(3, 3)), hp=dict(equation="aab,bb->b"))
    add("edge_einsum_broadcast_letter", "einsum", dict(a=N(2, 1), b=N(2, 3), c=N(1)), hp=dict(equation="ij,ij,k->ij"))

    # ---- optimisers
    traj = dict(p0=const(N(2, 3)), grads=const(N(4, 2, 3)))
    add("edge_sgd_dampening_decay", "optimizer", traj, hp=dict(kind="sgd", lr=0.1, momentum=0.9, dampening=0.5, weight_decay=0.1))
    add("edge_adam_amsgrad_decay", "optimizer", traj, hp=dict(kind="adam", lr=0.1, betas=[0.5, 0.9], eps=1e-3, amsgrad=True, weight_decay=0.1))
    add("edge_adamw_amsgrad_no_memory", "optimizer", traj, hp=dict(kind="adamw", lr=0.1, betas=[0.0, 0.5], eps=1e-8, weight_decay=0.01, amsgrad=True))
    add("edge_rmsprop_centered_momentum", "optimizer", traj, hp=dict(kind="rmsprop", lr=0.01, alpha=0.5, eps=1e-8, centered=True, momentum=0.9, weight_decay=0.1))
    add("edge_adam_scalar", "optimizer", dict(p0=const(N()), grads=const(N(3))), hp=dict(kind="adam", lr=0.1, betas=[0.9, 0.999], eps=1e-8))
    add("edge_train_shared_rmsprop", "train_shared", dict(x=const(N(3, 2)), target=const(N(3, 2)), w0=const(N(2, 2, scale=0.5))),
        hp=dict(kind="rmsprop", lr=0.01, alpha=0.99, eps=1e-8, centered=True, steps=4))

    # ---- graphs
    add("edge_gcn_row_weights_isolated", "gcn", dict(x=N(5, 2), edges=VI([[0, 1], [3, 1]])), dict(weight=N(2, 3)), dict(edge_weight=U(2, lo=0.2, hi=2)), dict(norm="row"))
    add("edge_gcn_repeated_edge", "gcn", dict(x=N(3, 2), edges=VI([[0, 1], [1, 0], [2, 1]])), dict(weight=N(2, 1), bias=N(1)), dict(edge_weight=U(3, lo=0.2, hi=2)))
    add("edge_gpr_without_hops", "gpr", dict(x=N(3, 2), edges=VI(np.zeros((0, 2)))), dict(weight=N(2, 2), theta=N(1)), hp=dict(norm="none"), tags="empty")

    # ---- weight sharing
    add("edge_recurrent_depth_residual_vector", "recurrent_depth", dict(x=N(3)), dict(weight=N(3, 3, scale=0.5), bias=N(3)), hp=dict(depth=3, residual=True), tags="shared")
    add("edge_shared_conv_pyramid_odd", "shared_conv_pyramid", dict(x=N(1, 2, 5, 7)), dict(weight=N(2, 2, 2, 3), bias=N(2)), hp=dict(padding=[0, 1]), tags="shared")
    add("edge_palindromic_conv1d_even_same", "palindromic_conv1d", dict(x=N(2, 2, 8)), dict(base=N(3, 2, 2)), hp=dict(k=4, padding="same", dilation=2), tags="shared")
    add("edge_p4_lift_even_kernel_strided", "p4_lift", dict(x=N(1, 2, 6, 5)), dict(weight=N(2, 2, 2, 2)), hp=dict(stride=2, padding=1), tags="shared")
    add("edge_p4_conv_one_tap", "p4_conv", dict(x=N(2, 2, 4, 3, 2)), dict(weight=N(2, 2, 4, 1, 1), bias=N(2)), hp=dict(stride=[1, 2]), tags="shared")

    # ---- differential equations
    add("edge_node_rk4_back_in_time", "node_rk4", dict(x0=N(2, 2)), dict(w1=N(3, 3, scale=0.7), b1=N(3, scale=0.3), w2=N(2, 3, scale=0.5), b2=N(2, scale=0.3)),
        hp=dict(steps=3, t1=-1.0, time=True), tags="shared")
    add("edge_linear_ode_from_time_0", "linear_ode", dict(y0=N(3), times=const(V([0.0, 0.3, 2.5]))), dict(A=N(3, 3, scale=0.5)),
        hp=dict(rtol=1e-8, atol=1e-10, tolerance=1e-6))
    return c


def markov_cases():
    rng = np.random.default_rng(20260702)
    s = lambda m, *lengths: [sample_hmm(rng, m, T) for T in lengths]
    full = dict(type="gaussian", covariance="full", startprob=[0.5, 0.3, 0.2], transmat=[[0.7, 0.2, 0.1], [0.1, 0.7, 0.2], [0.2, 0.2, 0.6]],
                emission_class=[1, 0, 1], means=[[-1.0, 0.5], [2.0, -1.0]], covars=[[[0.5, 0.2], [0.2, 1.0]], [[1.5, -0.3], [-0.3, 0.4]]])
    forward = dict(type="categorical", startprob=[1.0, 0.0, 0.0], transmat=[[0.6, 0.4, 0.0], [0.0, 0.7, 0.3], [0.0, 0.0, 1.0]],
                   emission_class=[0, 1, 2], emissionprob=[[0.7, 0.3, 0.0], [0.1, 0.9, 0.0], [0.2, 0.2, 0.6]])
    protein = "ACDEFGHIKLMNPQRSTVWY"
    match = 0.02 * np.eye(20) + 0.6 / 400
    q = [0.1] * 5 + [0.5 / 15] * 15
    return [
        hmm_case("edge_hmm_full_covariance", full, s(full, 20, 12), 2, "states 0 and 2 share mean and covariance"),
        hmm_case("edge_hmm_one_observation", CATEGORICAL_TIED, s(CATEGORICAL_TIED, 1, 1), 1, "no transition is seen"),
        hmm_case("edge_hmm_left_to_right", forward, s(forward, 9, 14), 3, "start, transitions and emissions hold zeros"),
        pair_case("edge_pair_hmm_empty_sequence", pair_model(tau=0.2), DNA, [("", "ACG"), ("GATT", ""), ("GAT", "GT")], True, 2),
        pair_case("edge_pair_hmm_protein", pair_model(delta_x=0.1, delta_y=0.2, epsilon_x=0.5, epsilon_y=0.3, p=(match / match.sum()).tolist(), qx=q, qy=q[::-1]),
                  protein, [("HEAGAWGHEE", "PAWHEAE")], False, 1),
    ]
