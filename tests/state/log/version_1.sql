-- A log as the first release has written it: two answers, and a run that was killed.
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE pieces (
            run INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            at REAL NOT NULL,
            kind TEXT NOT NULL,
            choice INTEGER NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (run, seq)
        ) WITHOUT ROWID;
INSERT INTO "pieces" VALUES(3,0,1.79564265789528656005e+09,'start',0,'["b3e9de71-3949-092c-abbd-5e9fa14e8a89","deepseek-flash"]');
INSERT INTO "pieces" VALUES(3,1,1.79564265789528656005e+09,'content',0,'The clock at Alder Halt had stopped at ten past four, and nobody had the money to mend it. So the fox that lived');
INSERT INTO "pieces" VALUES(3,2,1.79564265839568185803e+09,'content',0,' under the platform took over.

Every morning he walked along the rails at the minute the milk train was due, and every evening he sat by the');
INSERT INTO "pieces" VALUES(3,3,1.79564265889605641363e+09,'content',0,' bench when the last one left. People set their watches by his tail.

In winter the snow hid the rails, the trains ran late, and');
CREATE TABLE requests (run INTEGER PRIMARY KEY, body TEXT NOT NULL);
INSERT INTO "requests" VALUES(1,'{"model":"deepseek-flash","messages":[{"role":"user","content":"Tell me a story"}],"stream":true,"thinking":{"type":"disabled"}}');
INSERT INTO "requests" VALUES(2,'{"model":"deepseek-flash","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Is 1001 prime?"}],"stream":true,"thinking":{"type":"enabled"}}');
INSERT INTO "requests" VALUES(3,'{"model":"deepseek-flash","messages":[{"role":"user","content":"Go on for ever"}],"stream":true,"thinking":{"type":"disabled"}}');
CREATE TABLE runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            begun REAL NOT NULL,
            ended REAL,
            state TEXT NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'ended', 'killed')),
            status INTEGER,
            command TEXT NOT NULL,
            profile TEXT NOT NULL,
            base_url TEXT NOT NULL,
            model_asked TEXT NOT NULL,
            model TEXT,
            response_id TEXT,
            session TEXT,
            title TEXT NOT NULL,
            finish_reason TEXT,
            usage TEXT,
            http_status INTEGER,
            first_token REAL,
            total REAL,
            error TEXT,
            resumed TEXT,
            tool_calls TEXT,
            choices TEXT,
            version TEXT NOT NULL,
            pid INTEGER NOT NULL,
            pid_born INTEGER,
            content TEXT NOT NULL DEFAULT '',
            reasoning TEXT NOT NULL DEFAULT ''
        );
INSERT INTO "runs" VALUES(1,1.7956426535384087562e+09,1.79564265621850061415e+09,'ended',0,'ask','deepseek','http://127.0.0.1:44261','deepseek-flash','deepseek-flash','3b71d23e-38e4-d7b2-7c8b-dd84552033aa',NULL,'Tell me a story','stop','{"prompt_tokens":8,"completion_tokens":155,"total_tokens":163,"prompt_tokens_details":{"cached_tokens":0},"prompt_cache_hit_tokens":0,"prompt_cache_miss_tokens":8}',200,0.102917,2.6861,NULL,NULL,NULL,NULL,'0.1.0',1073741824,1428620,'The keeper of the north light owned one kettle, and the kettle had opinions. On calm days it boiled in silence. When a storm was coming it sang, a full hour before the barometer moved.

For eleven years she trusted it. She lit the lamp early when it sang, and eleven years of fishing boats came home without a scratch.

Then one clear afternoon it sang so loudly that the gulls left the roof. The sea was flat as a plate. She lit the lamp all the same, poured two cups instead of one, and sat down on the step.

At dusk a small boat rounded the point, its sail patched with a bedsheet. “I saw the light,” said her brother, “and I smelled the tea.”','');
INSERT INTO "runs" VALUES(2,1.79564265629181432724e+09,1.79564265730538225171e+09,'ended',0,'ask','deepseek','http://127.0.0.1:44521','deepseek-flash','deepseek-flash','836bae7b-f019-ecda-efb4-fd53eac7939a',NULL,'Is 1001 prime?',NULL,NULL,200,0.102718,1.018987,NULL,NULL,NULL,NULL,'0.1.0',1073741824,1428898,'The clock at Alder Halt had stopped at ten past four, and nobody had the money to mend it. So the fox that lived under the platform took over.
','The user would like a tale. Perhaps a fox and a station clock, told plainly, with a kind ending.');
INSERT INTO "runs" VALUES(3,1.79564265737914609908e+09,NULL,'running',NULL,'ask','deepseek','http://127.0.0.1:46029','deepseek-flash',NULL,NULL,NULL,'Go on for ever',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'0.1.0',1073741824,1429007,'','');
CREATE INDEX runs_begun ON runs (begun);
CREATE INDEX runs_ended ON runs (ended);
CREATE INDEX runs_open ON runs (id) WHERE state <> 'ended';
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',3);
COMMIT;
