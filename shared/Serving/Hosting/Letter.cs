using OrleansInference.Serving.Control;

namespace OrleansInference.Serving.Hosting;

/// <summary>A message with where it goes.</summary>
internal readonly record struct Letter(Address To, ControlMessage Message);
