using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using OrleansInference.Api.Administration;
using OrleansInference.Api.Catalog;
using OrleansInference.Api.Chat;
using OrleansInference.Api.Completions;
using OrleansInference.Api.Conversations;
using OrleansInference.Api.Errors;
using OrleansInference.Api.Health;
using OrleansInference.Api.Items;
using OrleansInference.Api.Responses;
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
[JsonSerializable(typeof(SessionReport))]
[JsonSerializable(typeof(SessionList))]
[JsonSerializable(typeof(SessionDeletion))]
[JsonSerializable(typeof(ResponseExport))]
[JsonSerializable(typeof(UsageReport))]
[JsonSerializable(typeof(WatermarkReport))]
[JsonSerializable(typeof(UsagePage))]
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
[JsonSerializable(typeof(ResponseDocument))]
[JsonSerializable(typeof(ResponseDeletion))]
[JsonSerializable(typeof(ResponseResult))]
[JsonSerializable(typeof(ResponseWork))]
[JsonSerializable(typeof(ItemList))]
[JsonSerializable(typeof(ConversationDocument))]
[JsonSerializable(typeof(ConversationExport))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ApiJson : JsonSerializerContext;
