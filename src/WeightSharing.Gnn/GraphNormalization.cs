namespace WeightSharing.Layers;

/// <summary>How the weights of edges are scaled before they carry anything; d are the sums of weights that arrive at a node.</summary>
public enum GraphNormalization
{
    /// <summary>A as it is.</summary>
    None,

    /// <summary>D^−½·A·D^−½: w[i, j] / √(dᵢ·dⱼ) (Kipf &amp; Welling 2017).</summary>
    Symmetric,

    /// <summary>D⁻¹·A: w[i, j] / dᵢ, so that what arrives is a mean.</summary>
    Row,
}
