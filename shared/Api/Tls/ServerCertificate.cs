using OrleansInference.Models;

namespace OrleansInference.Api.Tls;

/// <summary>
/// Certificate of the HTTP server, loaded again when its files change. New connections use the new certificate, and existing ones continue. Files are compared by
/// content at an interval, because notifications of the file system do not cover volumes of Kubernetes and of networks.
/// </summary>
internal sealed partial class ServerCertificate : IDisposable
{
    /// <summary>Interval at which the files are read.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestNotice = TimeSpan.FromDays(14);
    private static readonly TimeSpan WarningInterval = TimeSpan.FromDays(1);

    private readonly ServerTlsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private volatile ServerIdentity _current;
    private string _hash;
    private string? _fault; // of the last reading
    private bool _faultIsLogged;
    private DateTimeOffset _nextWarning;

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a file cannot be used.</exception>
    public ServerCertificate(ServerTlsOptions options, TimeProvider time, ILogger<ServerCertificate> logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        PemFiles files = PemFiles.Read(options);
        (_current, _hash) = (files.Load(), files.Hash);
        WarnOfExpiry();
        _timer = time.CreateTimer(static state => ((ServerCertificate)state!).Check(), this, Interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Certificate for new connections.</summary>
    public ServerIdentity Current => _current;

    public void Dispose() => _timer.Dispose();

    private void Check()
    {
        try
        {
            Reload();
        }
        catch (InferenceException unusable)
        {
            Keep(unusable.Message.TrimEnd('.'));
        }

        WarnOfExpiry();
        _timer.Change(Interval, Timeout.InfiniteTimeSpan);
    }

    private void Reload()
    {
        PemFiles files = PemFiles.Read(_options);
        string hash = files.Hash;
        if (hash != _hash)
        {
            ServerIdentity next = files.Load();
            if (next.Expires <= _time.GetUtcNow())
                InferenceException.Throw(ErrorCode.InvalidOption, $"{nameof(_options.HttpCertificate)} is '{_options.HttpCertificate}', which expired on {Day(next.Expires)}.", nameof(_options.HttpCertificate));
            (_current, _hash, _nextWarning) = (next, hash, default);
            Reloaded(next.Serial, Day(next.Expires));
        }

        _fault = null;
    }

    /// <summary>Logs a fault once, and not before it is found twice: programs write certificate and key one after the other.</summary>
    private void Keep(string fault)
    {
        if (fault != _fault)
            (_fault, _faultIsLogged) = (fault, false);
        else if (!_faultIsLogged)
        {
            _faultIsLogged = true;
            NotReloaded(fault, Day(_current.Expires));
        }
    }

    /// <summary>Warns once a day, for the last quarter of the certificate's time, but no longer than two weeks.</summary>
    private void WarnOfExpiry()
    {
        DateTimeOffset now = _time.GetUtcNow();
        ServerIdentity current = _current;
        TimeSpan quarter = (current.Expires - current.Begins) / 4;
        TimeSpan left = current.Expires - now;
        if (left > (quarter < LongestNotice ? quarter : LongestNotice) || now < _nextWarning)
            return;
        _nextWarning = now + WarningInterval;
        if (left > TimeSpan.Zero)
            Expires(_options.HttpCertificate!, Day(current.Expires), (int)left.TotalDays);
        else
            Expired(_options.HttpCertificate!, Day(current.Expires));
    }

    private static string Day(DateTimeOffset moment) => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture);

    [LoggerMessage(LogLevel.Information, "The certificate of the HTTP server was reloaded: serial number {Serial}, valid until {Expires}.")]
    private partial void Reloaded(string serial, string expires);

    [LoggerMessage(LogLevel.Warning, "The certificate of the HTTP server was not reloaded: {Reason}. The server keeps its previous certificate, valid until {Expires}.")]
    private partial void NotReloaded(string reason, string expires);

    [LoggerMessage(LogLevel.Warning, "The certificate of the HTTP server, {Path}, expires on {Expires}, in {Days} days. Replace the files; no restart is needed.")]
    private partial void Expires(string path, string expires, int days);

    [LoggerMessage(LogLevel.Error, "The certificate of the HTTP server, {Path}, expired on {Expires}: clients refuse it. Replace the files; no restart is needed.")]
    private partial void Expired(string path, string expires);
}
