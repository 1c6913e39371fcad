-- A ledger as Sweepflow 0.1 left it.
BEGIN TRANSACTION;
CREATE TABLE runs (
	id VARCHAR(32) NOT NULL, 
	plan_id VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	task TEXT NOT NULL, 
	command TEXT NOT NULL, 
	params JSON NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	exit_code INTEGER, 
	error TEXT, 
	started_at FLOAT NOT NULL, 
	finished_at FLOAT, 
	cpu_seconds FLOAT, 
	max_rss INTEGER, 
	cwd TEXT NOT NULL, 
	host TEXT NOT NULL, 
	user TEXT NOT NULL, 
	git_commit VARCHAR(64), 
	git_dirty BOOLEAN, 
	python TEXT NOT NULL, 
	sweepflow TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "runs" VALUES('0000000000000001','6c1f','train','train.1','python train.py lr=0.1','{"lr": "0.1", "note": "caf\u00e9 \udcff"}','completed',0,NULL,1760000001.5,1760000009.5,1.25,50000000,'/home/ada/project','box','ada','1111111111111111111111111111111111111111',1,'3.11.7','0.1.0');
INSERT INTO "runs" VALUES('0000000000000002','6c1f','train','train.2','python train.py lr=0.2','{"lr": "0.2", "note": "caf\u00e9 \udcff"}','failed',3,'exited with 3',1760000002.5,1760000008.0,0.5,5000000000,'/home/ada/project','box','ada','1111111111111111111111111111111111111111',1,'3.11.7','0.1.0');
INSERT INTO "runs" VALUES('0000000000000003','6c1f','other','other.1','python train.py lr=0.3','{}','interrupted',NULL,'its worker died without a word',1760000003.5,1760000005.0,NULL,NULL,'/home/ada/project','box','ada',NULL,NULL,'3.11.7','0.1.0');
INSERT INTO "runs" VALUES('0000000000000004','6c1f','train','train.4','python train.py lr=0.4','{"lr": "0.4", "note": "caf\u00e9 \udcff"}','running',NULL,NULL,1760000004.5,NULL,NULL,NULL,'/home/ada/project','box','ada','1111111111111111111111111111111111111111',1,'3.11.7','0.1.0');
CREATE TABLE schema_version (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "schema_version" VALUES(1);
CREATE INDEX runs_by_status ON runs (status);
CREATE INDEX runs_by_start ON runs (started_at);
CREATE INDEX runs_by_name ON runs (name, started_at);
COMMIT;
