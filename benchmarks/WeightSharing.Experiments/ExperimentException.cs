namespace WeightSharing.Experiments;

/// <summary>An experiment cannot run or its result is not sound; the message says what to do.</summary>
internal sealed class ExperimentException(string message) : Exception(message);
