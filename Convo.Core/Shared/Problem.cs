namespace Convo.Core.Shared;

/// <summary>A failure as it is stored with a message and shown to people: stable code, plain sentence.</summary>
public sealed record Problem(string Code, string Detail);
