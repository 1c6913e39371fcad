-- A ledger as Sweepflow 0.2 left it, in words that both databases read but for
-- BLOB, X'…' and WITHOUT ROWID.
CREATE TABLE atom_tags (
    tag TEXT NOT NULL,
    atom_id TEXT NOT NULL,
    PRIMARY KEY (tag, atom_id)
) WITHOUT ROWID;
INSERT INTO atom_tags VALUES('good','dataset-u-94166aa138fe3f14');
CREATE TABLE atoms (
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    "user" TEXT NOT NULL,
    content TEXT NOT NULL,
    digest TEXT NOT NULL,
    size BIGINT NOT NULL,
    filename TEXT,
    tags TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created_at FLOAT NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO atoms VALUES('dataset-u-94166aa138fe3f14','dataset','u','94166aa138fe3f14c3e2424c90387f63a9bac8ee1b3b2c0278aaddeb72e6540f','3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7',1,'out.txt','["good"]','{"n":1}',1760000004.0);
CREATE TABLE fingerprints (
    fingerprint TEXT NOT NULL,
    parts TEXT NOT NULL,
    PRIMARY KEY (fingerprint)
);
INSERT INTO fingerprints VALUES('ea0890697a77af0a2e054cccec587c8a42feb5cf38e778c6c6e2a96bfb945c0b','{"work":"made"}');
INSERT INTO fingerprints VALUES('c071cf5f5ed6f884cc70155b6f05f755fd46a302d05e4261b7e92ce878bbfed8','{"work":"running"}');
CREATE TABLE inputs (
    run_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    atom_id TEXT NOT NULL,
    PRIMARY KEY (run_id, position)
) WITHOUT ROWID;
INSERT INTO inputs VALUES('0000000000000006',0,'data','dataset-u-94166aa138fe3f14');
CREATE TABLE leases (
    fingerprint TEXT NOT NULL,
    run_id TEXT NOT NULL,
    driver TEXT NOT NULL,
    host TEXT NOT NULL,
    beat_at FLOAT NOT NULL,
    PRIMARY KEY (fingerprint)
) WITHOUT ROWID;
INSERT INTO leases VALUES('c071cf5f5ed6f884cc70155b6f05f755fd46a302d05e4261b7e92ce878bbfed8','0000000000000004','box:1:2','box',1760000004.5);
CREATE TABLE ledger_version (
    version_num VARCHAR(32) NOT NULL,
    PRIMARY KEY (version_num)
);
INSERT INTO ledger_version VALUES('0002');
CREATE TABLE outputs (
    run_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    atom_id TEXT NOT NULL,
    PRIMARY KEY (run_id, position)
) WITHOUT ROWID;
INSERT INTO outputs VALUES('0000000000000003',0,'out','dataset-u-94166aa138fe3f14');
INSERT INTO outputs VALUES('0000000000000005',0,'out','dataset-u-94166aa138fe3f14');
CREATE TABLE runs (
    id TEXT NOT NULL,
    plan_id TEXT NOT NULL,
    name TEXT NOT NULL,
    task TEXT NOT NULL,
    command TEXT NOT NULL,
    params TEXT NOT NULL,
    status TEXT NOT NULL,
    exit_code INTEGER,
    error TEXT,
    started_at FLOAT NOT NULL,
    finished_at FLOAT,
    cpu_seconds FLOAT,
    max_rss BIGINT,
    cwd TEXT NOT NULL,
    host TEXT NOT NULL,
    "user" TEXT NOT NULL,
    git_commit TEXT,
    git_dirty BOOLEAN,
    python TEXT NOT NULL,
    sweepflow TEXT NOT NULL,
    kind TEXT DEFAULT 'job' NOT NULL,
    packages TEXT,
    driver TEXT,
    fingerprint TEXT,
    cached_from TEXT,
    attempts INTEGER DEFAULT '1' NOT NULL,
    kept BOOLEAN DEFAULT true NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO runs VALUES('0000000000000001','6c1f','train','train.1','python train.py lr=0.1','{"lr":"0.1"}','completed',0,NULL,1760000001.5,1760000009.5,1.25,5000000000,'/home/ada/project','box','ada','1111111111111111111111111111111111111111',false,'3.11.7','0.2.0','job','52067b38f485e99270078a6abc810ac9b4b064db1b7b0d5e25d59b74b02a5ef9','box:1:2',NULL,NULL,1,true);
INSERT INTO runs VALUES('0000000000000002','6c1f','train','train.2','python train.py lr=0.2','{"lr":"0.1"}','running',NULL,NULL,1760000002.5,NULL,NULL,NULL,'/home/ada/project','box','ada','1111111111111111111111111111111111111111',false,'3.11.7','0.2.0','job','52067b38f485e99270078a6abc810ac9b4b064db1b7b0d5e25d59b74b02a5ef9','box:1:2',NULL,NULL,1,true);
INSERT INTO runs VALUES('0000000000000003','6c1f','flow','make','flow.make','{"lr":"0.1"}','completed',NULL,NULL,1760000003.5,1760000005.5,NULL,NULL,'/home/ada/project','box','ada','1111111111111111111111111111111111111111',false,'3.11.7','0.2.0','workflow','52067b38f485e99270078a6abc810ac9b4b064db1b7b0d5e25d59b74b02a5ef9','box:1:2','ea0890697a77af0a2e054cccec587c8a42feb5cf38e778c6c6e2a96bfb945c0b',NULL,1,true);
INSERT INTO runs VALUES('0000000000000004','6c1f','flow','make','flow.make','{"lr":"0.1"}','running',NULL,NULL,1760000004.5,NULL,NULL,NULL,'/home/ada/project','box','ada','1111111111111111111111111111111111111111',false,'3.11.7','0.2.0','workflow','52067b38f485e99270078a6abc810ac9b4b064db1b7b0d5e25d59b74b02a5ef9','box:1:2','c071cf5f5ed6f884cc70155b6f05f755fd46a302d05e4261b7e92ce878bbfed8',NULL,1,true);
INSERT INTO runs VALUES('0000000000000005','6c1f','flow','make','flow.make','{"lr":"0.1"}','cached',NULL,NULL,1760000005.5,1760000005.5,NULL,NULL,'/home/ada/project','box','ada','1111111111111111111111111111111111111111',false,'3.11.7','0.2.0','workflow','52067b38f485e99270078a6abc810ac9b4b064db1b7b0d5e25d59b74b02a5ef9',NULL,'ea0890697a77af0a2e054cccec587c8a42feb5cf38e778c6c6e2a96bfb945c0b','0000000000000003',1,true);
INSERT INTO runs VALUES('0000000000000006','6c1f','read','read','flow.read','{"lr":"0.1"}','running',NULL,NULL,1760000006.5,NULL,NULL,NULL,'/home/ada/project','box','ada','1111111111111111111111111111111111111111',false,'3.11.7','0.2.0','workflow','52067b38f485e99270078a6abc810ac9b4b064db1b7b0d5e25d59b74b02a5ef9',NULL,NULL,NULL,1,true);
CREATE TABLE texts (
    digest TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (digest)
);
INSERT INTO texts VALUES('52067b38f485e99270078a6abc810ac9b4b064db1b7b0d5e25d59b74b02a5ef9',X'6e756d70793d3d312e300a');
INSERT INTO texts VALUES('0c4e9b5bbb6697a1c742a6c48fd03b2b6d4e11a0be9cb98c3d8bd47e18892ce6',X'646566206d616b6528293a202e2e2e0a');
CREATE INDEX atoms_by_time ON atoms (created_at);
CREATE INDEX atoms_by_type ON atoms (type, created_at);
CREATE INDEX atoms_by_user ON atoms ("user", created_at);
CREATE INDEX inputs_by_atom ON inputs (atom_id);
CREATE INDEX leases_by_driver ON leases (driver);
CREATE UNIQUE INDEX leases_by_run ON leases (run_id);
CREATE INDEX outputs_by_atom ON outputs (atom_id);
CREATE INDEX runs_by_fingerprint ON runs (fingerprint, status, started_at);
CREATE INDEX runs_by_name ON runs (name, started_at);
CREATE INDEX runs_by_origin ON runs (cached_from);
CREATE INDEX runs_by_plan ON runs (plan_id);
CREATE INDEX runs_by_start ON runs (started_at);
CREATE INDEX runs_by_status ON runs (status, started_at);
CREATE INDEX runs_by_task ON runs (task, name, started_at);
