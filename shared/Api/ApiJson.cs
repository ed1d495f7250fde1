using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansInference.Api.Administration;
using OrleansInference.Api.Catalog;
using OrleansInference.Api.Chat;
using OrleansInference.Api.Completions;
using OrleansInference.Api.Errors;
using OrleansInference.Api.Health;
using OrleansInference.Api.Tokens;

namespace OrleansInference.Api;

/// <summary>JSON serialization of the answers' types.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(TenantReport))]
[JsonSerializable(typeof(TenantList))]
[JsonSerializable(typeof(KeyReport))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(CreatedKey))]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(ChatLogProbs))]
[JsonSerializable(typeof(Completion))]
[JsonSerializable(typeof(CompletionLogProbs))]
[JsonSerializable(typeof(TokenizeResult))]
[JsonSerializable(typeof(DetokenizeResult))]
[JsonSerializable(typeof(Usage))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelCard))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(VersionReport))]
internal sealed partial class ApiJson : JsonSerializerContext;
