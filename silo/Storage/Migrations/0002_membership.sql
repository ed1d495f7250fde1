-- compatible: yes
-- What the membership provider of Orleans reads: a row for each silo, a row for the version of the table, and the statements it sends, by their keys.
-- A change of membership names the version it was decided on. The row of the version is updated first and stays locked until commit: of two changes
-- decided on the same version one finds another version and changes nothing.

CREATE TABLE inference.OrleansMembershipVersionTable (
    DeploymentId text PRIMARY KEY,
    Version integer NOT NULL DEFAULT 0
);

CREATE TABLE inference.OrleansMembershipTable (
    DeploymentId text NOT NULL REFERENCES inference.OrleansMembershipVersionTable ON DELETE CASCADE,
    Address text NOT NULL,
    Port integer NOT NULL,
    Generation integer NOT NULL,
    SiloName text NOT NULL,
    HostName text NOT NULL,
    Status integer NOT NULL,
    ProxyPort integer NOT NULL,
    SuspectTimes text,
    StartTime timestamptz NOT NULL,
    IAmAliveTime timestamptz NOT NULL,
    PRIMARY KEY (DeploymentId, Address, Port, Generation)
);

CREATE TABLE inference.OrleansQuery (
    QueryKey text PRIMARY KEY,
    QueryText text NOT NULL
);

INSERT INTO inference.OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', $query$
WITH created AS (
    INSERT INTO inference.OrleansMembershipVersionTable (DeploymentId) VALUES (@DeploymentId)
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT EXISTS (SELECT FROM created)
$query$),
('InsertMembershipKey', $query$
WITH decided AS (
    UPDATE inference.OrleansMembershipVersionTable SET Version = Version + 1
    WHERE DeploymentId = @DeploymentId AND Version = @Version AND NOT EXISTS (
        SELECT FROM inference.OrleansMembershipTable
        WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation)
    RETURNING DeploymentId
), joined AS (
    INSERT INTO inference.OrleansMembershipTable
        (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
    SELECT DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
    FROM decided
    RETURNING 1
)
SELECT EXISTS (SELECT FROM joined)
$query$),
('UpdateMembershipKey', $query$
WITH decided AS (
    UPDATE inference.OrleansMembershipVersionTable SET Version = Version + 1
    WHERE DeploymentId = @DeploymentId AND Version = @Version AND EXISTS (
        SELECT FROM inference.OrleansMembershipTable
        WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation)
    RETURNING DeploymentId
), changed AS (
    UPDATE inference.OrleansMembershipTable AS silo
    SET Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime
    FROM decided
    WHERE silo.DeploymentId = decided.DeploymentId AND silo.Address = @Address AND silo.Port = @Port AND silo.Generation = @Generation
    RETURNING 1
)
SELECT EXISTS (SELECT FROM changed)
$query$),
('UpdateIAmAlivetimeKey', $query$
UPDATE inference.OrleansMembershipTable SET IAmAliveTime = @IAmAliveTime
WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation
$query$),
('MembershipReadAllKey', $query$
SELECT Version, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, SuspectTimes, StartTime, IAmAliveTime
FROM inference.OrleansMembershipVersionTable LEFT JOIN inference.OrleansMembershipTable USING (DeploymentId)
WHERE DeploymentId = @DeploymentId
$query$),
('MembershipReadRowKey', $query$
SELECT Version, silo.Address, silo.Port, silo.Generation, SiloName, HostName, Status, ProxyPort, SuspectTimes, StartTime, IAmAliveTime
FROM inference.OrleansMembershipVersionTable AS membership LEFT JOIN inference.OrleansMembershipTable AS silo
    ON silo.DeploymentId = membership.DeploymentId AND silo.Address = @Address AND silo.Port = @Port AND silo.Generation = @Generation
WHERE membership.DeploymentId = @DeploymentId
$query$),
('GatewaysQueryKey', $query$
SELECT Address, ProxyPort, Generation
FROM inference.OrleansMembershipTable
WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0
$query$),
('CleanupDefunctSiloEntriesKey', $query$
DELETE FROM inference.OrleansMembershipTable
WHERE DeploymentId = @DeploymentId AND IAmAliveTime < @IAmAliveTime AND Status = 6 -- dead
$query$),
('DeleteMembershipTableEntriesKey', $query$
DELETE FROM inference.OrleansMembershipVersionTable WHERE DeploymentId = @DeploymentId
$query$);
