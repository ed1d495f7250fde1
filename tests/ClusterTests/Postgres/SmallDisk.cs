using System.ComponentModel;
using System.Diagnostics;

namespace OrleansInference.ClusterTests.Postgres;

/// <summary>A file system of few bytes, in memory, which can be filled. Needs root.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Block = 4096; // smaller than what PostgreSQL asks for

    private string Filling => Path.Combine(Folder, "filling");

    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Skips the test where nothing can be mounted.</summary>
    /// <param name="megabytes">Its size.</param>
    public static SmallDisk Mount(int megabytes)
    {
        string folder = Directory.CreateTempSubdirectory("oi-disk-").FullName;
        try
        {
            Run("mount", "-t", "tmpfs", "-o", FormattableString.Invariant($"size={megabytes}m,mode=1777"), "tmpfs", folder);
            return new SmallDisk(folder);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            Directory.Delete(folder);
            throw new SkipException($"A file system cannot be mounted here: {error.Message}");
        }
    }

    /// <summary>Takes all room that is left, also what is given back meanwhile, until this is disposed.</summary>
    public IDisposable Fill() => new Filler(Filling);

    public void Dispose()
    {
        Run("umount", "--lazy", Folder);
        Directory.Delete(Folder);
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {said.Trim()}");
        }
    }

    private sealed class Filler : IDisposable
    {
        private readonly FileStream _file;
        private readonly ManualResetEventSlim _over = new();
        private readonly Thread _thread;

        public Filler(string path)
        {
            _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            FillUp();
            _thread = new Thread(Run) { IsBackground = true, Name = "Fills a disk" };
            _thread.Start();
        }

        public void Dispose()
        {
            _over.Set();
            _thread.Join();
            _over.Dispose();
            _file.Dispose();
            File.Delete(_file.Name);
        }

        private void Run()
        {
            while (!_over.Wait(TimeSpan.FromMilliseconds(10)))
            {
                FillUp();
            }
        }

        private void FillUp()
        {
            byte[] block = new byte[Block];
            try
            {
                while (true)
                {
                    _file.Write(block);
                }
            }
            catch (IOException)
            {
                // It is full.
            }
        }
    }
}
