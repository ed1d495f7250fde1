using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using OrleansInference.Api.Errors;
using OrleansInference.Api.Generation;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.OpenApi;

/// <summary>OpenAPI document: requests from the field tables, answers and errors from their types.</summary>
internal static class ApiDocument
{
    private static readonly Dictionary<string, IOpenApiSecurityScheme> Schemes = new()
    {
        ["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key, or a token of a configured OpenID Connect issuer." },
        ["x-api-key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "x-api-key", Description = "A key or token." },
        ["api-key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "api-key", Description = "A key or token." },
    };

    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services
        .ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseLower;
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        })
        .AddOpenApi("v1", options => options.AddOperationTransformer(DescribeRequest).AddOperationTransformer(DescribeAccess).AddOperationTransformer(DescribeErrors).AddDocumentTransformer(DescribeDocument));

    /// <summary>Documents an endpoint's request and answer, and the format of errors.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="id">Id of the operation, which programs that generate clients make the name of a method.</param>
    /// <param name="summary">What it does.</param>
    /// <param name="request">Fields of its request; null if it has no body.</param>
    /// <param name="status">Status of its answer.</param>
    public static RouteHandlerBuilder Describes<TAnswer>(this RouteHandlerBuilder endpoint, string id, string summary, Requests.IFieldTable? request = null, int status = StatusCodes.Status200OK)
    {
        endpoint.WithName(id).WithSummary(summary).Produces<TAnswer>(status);
        return request is null ? endpoint : endpoint.WithMetadata(new RequestSchema(request));
    }

    /// <summary>Documents the parameters of an endpoint's query.</summary>
    public static RouteHandlerBuilder Queries(this RouteHandlerBuilder endpoint, QueryParameter[] parameters) => endpoint.WithMetadata([.. parameters]);

    /// <summary>Documents statuses of an endpoint's errors.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (int status in statuses)
        {
            endpoint.Produces<ErrorDocument>(status);
        }

        return endpoint;
    }

    private static Task DescribeRequest(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (QueryParameter query in context.Description.ActionDescriptor.EndpointMetadata.OfType<QueryParameter>())
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = query.Name,
                In = ParameterLocation.Query,
                Description = query.Description,
                Schema = new OpenApiSchema { Type = RequestSchema.Type(query.Type) },
            });
        }

        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<RequestSchema>().FirstOrDefault() is { } request)
        {
            context.Document!.AddComponent(request.Table.Name, RequestSchema.Describe(request.Table));
            OpenApiMediaType body = new() { Schema = new OpenApiSchemaReference(request.Table.Name, context.Document) };
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = body } };
            if (context.ApplicationServices.GetService<IInferenceService>() is IResumableInference && request.Table.Schemas.Any(static field => field.Name == "stream"))
            {
                (operation.Parameters ??= []).Add(new OpenApiParameter
                {
                    Name = ResumePoint.Header,
                    In = ParameterLocation.Header,
                    Description = "The id of the last event of an interrupted stream, sent with the same request. The answer contains the events after it.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                });
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Names the ways to send a key or token at the operations that require rights.</summary>
    private static Task DescribeAccess(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<Microsoft.AspNetCore.Authorization.AuthorizationPolicy>().Any())
        {
            operation.Security = [.. Schemes.Keys.Select(scheme => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] })];
        }

        return Task.CompletedTask;
    }

    /// <summary>Adds the errors that the parts before an endpoint answer: the check of the request's origin, the database of keys, the reader of bodies, and endpoints with an unknown id.</summary>
    private static Task DescribeErrors(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        int[] statuses =
        [
            StatusCodes.Status400BadRequest,
            StatusCodes.Status403Forbidden,
            .. operation.Parameters?.Any(static parameter => parameter.In == ParameterLocation.Path) == true ? [StatusCodes.Status404NotFound] : (int[])[],
            .. operation.RequestBody is null ? (int[])[] : [StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType],
            .. operation.Security is null ? (int[])[] : [StatusCodes.Status503ServiceUnavailable],
        ];
        foreach (int status in statuses)
        {
            OpenApiMediaType error = new() { Schema = new OpenApiSchemaReference(nameof(ErrorDocument), context.Document) };
            (operation.Responses ??= []).TryAdd(status.ToString(CultureInfo.InvariantCulture), new OpenApiResponse
            {
                Description = ReasonPhrases.GetReasonPhrase(status),
                Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = error },
            });
        }

        return Task.CompletedTask;
    }

    private static Task DescribeDocument(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "OrleansInference",
            Version = "v1",
            Description = "OpenAI-compatible inference. A request with an unsupported field is refused with a 400 that names it. "
                + "A stream that fails after its start ends with one event named 'error', whose data is an error document, and without [DONE].",
        };
        document.Servers = null;
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(Schemes);
        return Task.CompletedTask;
    }
}
