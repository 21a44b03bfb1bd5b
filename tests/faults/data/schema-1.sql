PRAGMA application_id = 1415669587;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE batch (
        id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        made_at TEXT NOT NULL,
        undoes INTEGER,
        CONSTRAINT pk_batch PRIMARY KEY (id),
        CONSTRAINT fk_batch_undoes FOREIGN KEY(undoes) REFERENCES batch (id)
    );
INSERT INTO "batch" VALUES(1,'judge','yes jazz, no My own word (4 tracks)','2026-11-25T03:48:48.633+00:00',NULL);
INSERT INTO "batch" VALUES(2,'judge','no jazz, unsure sad (4 tracks)','2026-11-25T03:48:48.760+00:00',NULL);
INSERT INTO "batch" VALUES(3,'undo','undo: no jazz, unsure sad (4 tracks)','2026-11-25T03:48:48.809+00:00',2);
INSERT INTO "batch" VALUES(4,'redo','redo: no jazz, unsure sad (4 tracks)','2026-11-25T03:48:48.906+00:00',3);
INSERT INTO "batch" VALUES(5,'judge','cleared jazz (2 tracks)','2026-11-25T03:48:48.964+00:00',NULL);
INSERT INTO "batch" VALUES(6,'judge','yes piano (6 tracks)','2026-11-25T03:48:48.991+00:00',NULL);
INSERT INTO "batch" VALUES(7,'undo','undo: yes piano (6 tracks)','2026-11-25T03:48:49.005+00:00',6);
CREATE TABLE facet (
        id INTEGER NOT NULL,
        name TEXT NOT NULL,
        is_exclusive BOOLEAN NOT NULL,
        CONSTRAINT pk_facet PRIMARY KEY (id),
        CONSTRAINT uq_facet_name UNIQUE (name)
    );
INSERT INTO "facet" VALUES(1,'genre',0);
INSERT INTO "facet" VALUES(2,'mood',0);
INSERT INTO "facet" VALUES(3,'instrument',0);
INSERT INTO "facet" VALUES(4,'voice',0);
INSERT INTO "facet" VALUES(5,'rhythm',0);
INSERT INTO "facet" VALUES(6,'sonority',0);
INSERT INTO "facet" VALUES(7,'era',0);
INSERT INTO "facet" VALUES(8,'use',0);
CREATE TABLE head (
        id INTEGER NOT NULL,
        tag_id INTEGER NOT NULL,
        model_ids TEXT NOT NULL,
        strategy TEXT NOT NULL,
        blob BLOB NOT NULL,
        sha256 TEXT NOT NULL,
        n_yes INTEGER NOT NULL,
        n_no INTEGER NOT NULL,
        auc FLOAT,
        auc_low FLOAT,
        auc_high FLOAT,
        threshold FLOAT NOT NULL,
        made_at TEXT NOT NULL,
        is_current BOOLEAN NOT NULL,
        CONSTRAINT pk_head PRIMARY KEY (id),
        CONSTRAINT ck_head_auc CHECK (auc = auc AND auc BETWEEN 0 AND 1),
        CONSTRAINT ck_head_interval CHECK (auc_low BETWEEN 0 AND 1 AND auc_high BETWEEN 0 AND 1),
        CONSTRAINT ck_head_threshold CHECK (threshold = threshold AND threshold BETWEEN 0 AND 1),
        CONSTRAINT fk_head_tag_id FOREIGN KEY(tag_id) REFERENCES tag (id)
    );
CREATE TABLE judgement (
        id INTEGER NOT NULL,
        batch_id INTEGER NOT NULL,
        track_id INTEGER NOT NULL,
        tag_id INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        origin TEXT NOT NULL,
        start_s FLOAT,
        end_s FLOAT,
        made_at TEXT NOT NULL,
        prev_hash TEXT NOT NULL,
        hash TEXT NOT NULL,
        CONSTRAINT pk_judgement PRIMARY KEY (id),
        CONSTRAINT ck_judgement_verdict CHECK (verdict IN ('yes', 'no', 'unsure', 'cleared')),
        CONSTRAINT ck_judgement_segment CHECK ((start_s IS NULL) = (end_s IS NULL)),
        CONSTRAINT ck_judgement_span CHECK (start_s IS NULL OR (start_s >= 0 AND end_s > start_s AND end_s <= 1e12)),
        CONSTRAINT fk_judgement_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id),
        CONSTRAINT fk_judgement_track_id FOREIGN KEY(track_id) REFERENCES track (id),
        CONSTRAINT fk_judgement_tag_id FOREIGN KEY(tag_id) REFERENCES tag (id)
    );
INSERT INTO "judgement" VALUES(1,1,1,23,'yes','curator',NULL,NULL,'2026-11-25T03:48:48.633+00:00','0000000000000000000000000000000000000000000000000000000000000000','ae75835da18c385de3e6c688ae59942fc6a1622b528f37e50c96e344f3143c44');
INSERT INTO "judgement" VALUES(2,1,1,73,'no','curator',NULL,NULL,'2026-11-25T03:48:48.633+00:00','ae75835da18c385de3e6c688ae59942fc6a1622b528f37e50c96e344f3143c44','84fd582090b394a114a6e5c09055d239a22b675af96ce55136b0dd3d62d12897');
INSERT INTO "judgement" VALUES(3,1,2,23,'yes','curator',NULL,NULL,'2026-11-25T03:48:48.633+00:00','84fd582090b394a114a6e5c09055d239a22b675af96ce55136b0dd3d62d12897','ff83cace61df0511ebd38b66d5764d45030c312b6aabb8a6df415df402ccd315');
INSERT INTO "judgement" VALUES(4,1,2,73,'no','curator',NULL,NULL,'2026-11-25T03:48:48.633+00:00','ff83cace61df0511ebd38b66d5764d45030c312b6aabb8a6df415df402ccd315','520a3caadb836948e6cb8fd7fdaffb15ce7c987a8c37c1fe4bd29c43223f6736');
INSERT INTO "judgement" VALUES(5,1,3,23,'yes','curator',NULL,NULL,'2026-11-25T03:48:48.633+00:00','520a3caadb836948e6cb8fd7fdaffb15ce7c987a8c37c1fe4bd29c43223f6736','6d38bad68f571fc87b96f6c80f1b2692e1840eaf37eb6bccbbdfdea6c5e2686a');
INSERT INTO "judgement" VALUES(6,1,3,73,'no','curator',NULL,NULL,'2026-11-25T03:48:48.633+00:00','6d38bad68f571fc87b96f6c80f1b2692e1840eaf37eb6bccbbdfdea6c5e2686a','deb864061341520209912f9b066e228df989b4c0360b49dfa193e00fbfea917f');
INSERT INTO "judgement" VALUES(7,1,4,23,'yes','curator',NULL,NULL,'2026-11-25T03:48:48.633+00:00','deb864061341520209912f9b066e228df989b4c0360b49dfa193e00fbfea917f','fa400cbb18cf9c77dc554a932e9ce9e1aaf0050f92cc289032e7e7ac4547f8a6');
INSERT INTO "judgement" VALUES(8,1,4,73,'no','curator',NULL,NULL,'2026-11-25T03:48:48.633+00:00','fa400cbb18cf9c77dc554a932e9ce9e1aaf0050f92cc289032e7e7ac4547f8a6','5dfbbee39314fa474fa196c255cc63c9f6770922c812e268912324203292e0e9');
INSERT INTO "judgement" VALUES(9,2,3,23,'no','curator',NULL,NULL,'2026-11-25T03:48:48.760+00:00','5dfbbee39314fa474fa196c255cc63c9f6770922c812e268912324203292e0e9','8ea151b8a02adac46ea556d856361d74fc31c9c9229c618c4639eee708ff2770');
INSERT INTO "judgement" VALUES(10,2,3,39,'unsure','curator',NULL,NULL,'2026-11-25T03:48:48.760+00:00','8ea151b8a02adac46ea556d856361d74fc31c9c9229c618c4639eee708ff2770','94d9e8d2ee2ad6be998bbd31298c3ac87acc855acf8fbff0cbdc13bbb445cdcd');
INSERT INTO "judgement" VALUES(11,2,4,23,'no','curator',NULL,NULL,'2026-11-25T03:48:48.760+00:00','94d9e8d2ee2ad6be998bbd31298c3ac87acc855acf8fbff0cbdc13bbb445cdcd','2b9ec145c7f806f2208c2507cccfae28ff724b0e7fbde5e6d80026be488db010');
INSERT INTO "judgement" VALUES(12,2,4,39,'unsure','curator',NULL,NULL,'2026-11-25T03:48:48.760+00:00','2b9ec145c7f806f2208c2507cccfae28ff724b0e7fbde5e6d80026be488db010','4e40453bbf463b76058d1e417c293e89291c96eafff7d851c9d48acbe90dc017');
INSERT INTO "judgement" VALUES(13,2,5,23,'no','curator',NULL,NULL,'2026-11-25T03:48:48.760+00:00','4e40453bbf463b76058d1e417c293e89291c96eafff7d851c9d48acbe90dc017','3e0b14cfd9b382670a9c4765ca3341ff0b3cf89ebcecd563efee3692feada881');
INSERT INTO "judgement" VALUES(14,2,5,39,'unsure','curator',NULL,NULL,'2026-11-25T03:48:48.760+00:00','3e0b14cfd9b382670a9c4765ca3341ff0b3cf89ebcecd563efee3692feada881','cac088f61a8644482d4edbfa2101b123ce0200ba068e9a600795b5b140193940');
INSERT INTO "judgement" VALUES(15,2,6,23,'no','curator',NULL,NULL,'2026-11-25T03:48:48.760+00:00','cac088f61a8644482d4edbfa2101b123ce0200ba068e9a600795b5b140193940','2f49de42df5d4a3428984ad34be299c5e080a001942ccbbb2fc26fc93d1a24fc');
INSERT INTO "judgement" VALUES(16,2,6,39,'unsure','curator',NULL,NULL,'2026-11-25T03:48:48.760+00:00','2f49de42df5d4a3428984ad34be299c5e080a001942ccbbb2fc26fc93d1a24fc','ae63cf5ddf398ccfe8a25d6f2a2caf49ec905a1c76d2c70d7292579d4fdd2b8b');
INSERT INTO "judgement" VALUES(17,3,3,23,'yes','undo',NULL,NULL,'2026-11-25T03:48:48.809+00:00','ae63cf5ddf398ccfe8a25d6f2a2caf49ec905a1c76d2c70d7292579d4fdd2b8b','02edec4a2de2d9f398c330558b130a966359be01ea3875e011f5fac2f961a958');
INSERT INTO "judgement" VALUES(18,3,4,23,'yes','undo',NULL,NULL,'2026-11-25T03:48:48.809+00:00','02edec4a2de2d9f398c330558b130a966359be01ea3875e011f5fac2f961a958','52cc5edc0eb7b787101771f686ecb9fd0115d14d5eeae2bacfe8a58ee4b94af7');
INSERT INTO "judgement" VALUES(19,3,3,39,'cleared','undo',NULL,NULL,'2026-11-25T03:48:48.809+00:00','52cc5edc0eb7b787101771f686ecb9fd0115d14d5eeae2bacfe8a58ee4b94af7','9a08fbc33c179ea3b101a43eb0c5dba504d2647587f0e800e19987dfaefb4543');
INSERT INTO "judgement" VALUES(20,3,4,39,'cleared','undo',NULL,NULL,'2026-11-25T03:48:48.809+00:00','9a08fbc33c179ea3b101a43eb0c5dba504d2647587f0e800e19987dfaefb4543','045971cbc304fe49b1ab7c23a5a3a8bd54396bdabb7b791f4bff0a0e02d21cf0');
INSERT INTO "judgement" VALUES(21,3,5,23,'cleared','undo',NULL,NULL,'2026-11-25T03:48:48.809+00:00','045971cbc304fe49b1ab7c23a5a3a8bd54396bdabb7b791f4bff0a0e02d21cf0','fa06fabc878aaafe598b6f420358ebdcf73a8b5eda98f42dd65b1e852b7a5fc1');
INSERT INTO "judgement" VALUES(22,3,5,39,'cleared','undo',NULL,NULL,'2026-11-25T03:48:48.809+00:00','fa06fabc878aaafe598b6f420358ebdcf73a8b5eda98f42dd65b1e852b7a5fc1','02f538046ca3b0a761a2ae9b526ad43ecd2f34603d584282f9ce9515cbc78bc2');
INSERT INTO "judgement" VALUES(23,3,6,23,'cleared','undo',NULL,NULL,'2026-11-25T03:48:48.809+00:00','02f538046ca3b0a761a2ae9b526ad43ecd2f34603d584282f9ce9515cbc78bc2','c356017b7cebd5fda81c4be7c779ae8e10db4990e6797459c567736818b24eb4');
INSERT INTO "judgement" VALUES(24,3,6,39,'cleared','undo',NULL,NULL,'2026-11-25T03:48:48.809+00:00','c356017b7cebd5fda81c4be7c779ae8e10db4990e6797459c567736818b24eb4','966226dadc493680e2cae0dc6a12f940fb90c68f10920f30ed02cd1bbf3b24e0');
INSERT INTO "judgement" VALUES(25,4,3,23,'no','undo',NULL,NULL,'2026-11-25T03:48:48.906+00:00','966226dadc493680e2cae0dc6a12f940fb90c68f10920f30ed02cd1bbf3b24e0','2331f3514701250faf5dd525254d9324ed0e20f00a23debc50c546929a165eab');
INSERT INTO "judgement" VALUES(26,4,4,23,'no','undo',NULL,NULL,'2026-11-25T03:48:48.906+00:00','2331f3514701250faf5dd525254d9324ed0e20f00a23debc50c546929a165eab','c2e31fc7cad26e1040d3348d7c5b302ddecae3eea096e7717624e13eb160006c');
INSERT INTO "judgement" VALUES(27,4,3,39,'unsure','undo',NULL,NULL,'2026-11-25T03:48:48.906+00:00','c2e31fc7cad26e1040d3348d7c5b302ddecae3eea096e7717624e13eb160006c','ca591100fd1a56502fc0a3defddae24b2aa7df0574799b06ce7373abf82ecf08');
INSERT INTO "judgement" VALUES(28,4,4,39,'unsure','undo',NULL,NULL,'2026-11-25T03:48:48.906+00:00','ca591100fd1a56502fc0a3defddae24b2aa7df0574799b06ce7373abf82ecf08','f79258ac19dd68f576e223e1a7c047ae80c78cf9bd8cdddc8f0947dbea931c22');
INSERT INTO "judgement" VALUES(29,4,5,23,'no','undo',NULL,NULL,'2026-11-25T03:48:48.906+00:00','f79258ac19dd68f576e223e1a7c047ae80c78cf9bd8cdddc8f0947dbea931c22','5a4278ff94fd57d6d24d01412cc5e0fccecffb023065f731519aea4133d3d759');
INSERT INTO "judgement" VALUES(30,4,5,39,'unsure','undo',NULL,NULL,'2026-11-25T03:48:48.906+00:00','5a4278ff94fd57d6d24d01412cc5e0fccecffb023065f731519aea4133d3d759','5a3076680e28cd4e370e4f23b475137252a6df6322956f2722a0f73ef3c39a95');
INSERT INTO "judgement" VALUES(31,4,6,23,'no','undo',NULL,NULL,'2026-11-25T03:48:48.906+00:00','5a3076680e28cd4e370e4f23b475137252a6df6322956f2722a0f73ef3c39a95','fd524ddbc3e7b12929f3bd4fd31e47e568b5baa3662aaf01fdbdd12098b271ff');
INSERT INTO "judgement" VALUES(32,4,6,39,'unsure','undo',NULL,NULL,'2026-11-25T03:48:48.906+00:00','fd524ddbc3e7b12929f3bd4fd31e47e568b5baa3662aaf01fdbdd12098b271ff','2e142283f0166f07a8493507198978af9083433774db1d619d9cebce5e4ce7ce');
INSERT INTO "judgement" VALUES(33,5,1,23,'cleared','curator',NULL,NULL,'2026-11-25T03:48:48.964+00:00','2e142283f0166f07a8493507198978af9083433774db1d619d9cebce5e4ce7ce','9a1725ad2060cddd016f4992614b9a602eaa565b045fae78ef00011bea6f28e1');
INSERT INTO "judgement" VALUES(34,5,2,23,'cleared','curator',NULL,NULL,'2026-11-25T03:48:48.964+00:00','9a1725ad2060cddd016f4992614b9a602eaa565b045fae78ef00011bea6f28e1','1e0bb5328e7d1ba9d772d615d9795dda9a837701cf964abb4b00aa5ae23a425b');
INSERT INTO "judgement" VALUES(35,6,7,48,'yes','curator',NULL,NULL,'2026-11-25T03:48:48.991+00:00','1e0bb5328e7d1ba9d772d615d9795dda9a837701cf964abb4b00aa5ae23a425b','f02597c0a38b9f6af32bff22731a7641d9a5ecd4ec47d679e19d73d71354f61c');
INSERT INTO "judgement" VALUES(36,6,8,48,'yes','curator',NULL,NULL,'2026-11-25T03:48:48.991+00:00','f02597c0a38b9f6af32bff22731a7641d9a5ecd4ec47d679e19d73d71354f61c','9b4131c80e49cdcf8e0ffd7085c601975a26f59946af0602bc3184f4a88dfd4d');
INSERT INTO "judgement" VALUES(37,6,9,48,'yes','curator',NULL,NULL,'2026-11-25T03:48:48.991+00:00','9b4131c80e49cdcf8e0ffd7085c601975a26f59946af0602bc3184f4a88dfd4d','238fb7a3eff0547177143c34f263c94d16e7d75587d56611eb276abc2515b0af');
INSERT INTO "judgement" VALUES(38,6,10,48,'yes','curator',NULL,NULL,'2026-11-25T03:48:48.991+00:00','238fb7a3eff0547177143c34f263c94d16e7d75587d56611eb276abc2515b0af','c34ad2a5133555ce6faf1b1d21379a4aa141461749126b4a4fd4640f12de2ad9');
INSERT INTO "judgement" VALUES(39,6,11,48,'yes','curator',NULL,NULL,'2026-11-25T03:48:48.991+00:00','c34ad2a5133555ce6faf1b1d21379a4aa141461749126b4a4fd4640f12de2ad9','f99e68b6f3604547936e06cbd8744f167a77f47122b8d3c577322b16356843c0');
INSERT INTO "judgement" VALUES(40,6,12,48,'yes','curator',NULL,NULL,'2026-11-25T03:48:48.991+00:00','f99e68b6f3604547936e06cbd8744f167a77f47122b8d3c577322b16356843c0','f0a1e65227b345a8dec9df3000ddbcb423b17bea59a9fe84af95716f7c3e135c');
INSERT INTO "judgement" VALUES(41,7,7,48,'cleared','undo',NULL,NULL,'2026-11-25T03:48:49.005+00:00','f0a1e65227b345a8dec9df3000ddbcb423b17bea59a9fe84af95716f7c3e135c','7dfede66c97c5e0144ecfd4b1e9907a3cb63572ec0fb6fa14a8438ba00f0f161');
INSERT INTO "judgement" VALUES(42,7,8,48,'cleared','undo',NULL,NULL,'2026-11-25T03:48:49.005+00:00','7dfede66c97c5e0144ecfd4b1e9907a3cb63572ec0fb6fa14a8438ba00f0f161','2eb067153aaea4db1e1543af7f16cf3c0051bf40143ab1d1373f51bda931d5cd');
INSERT INTO "judgement" VALUES(43,7,9,48,'cleared','undo',NULL,NULL,'2026-11-25T03:48:49.005+00:00','2eb067153aaea4db1e1543af7f16cf3c0051bf40143ab1d1373f51bda931d5cd','657bba2fd50d7a908216e680711cb0be63baa4f6cbbad70cb6dd33fa622be9bf');
INSERT INTO "judgement" VALUES(44,7,10,48,'cleared','undo',NULL,NULL,'2026-11-25T03:48:49.005+00:00','657bba2fd50d7a908216e680711cb0be63baa4f6cbbad70cb6dd33fa622be9bf','763b160b777143286c045e7ae05a22647b5e38b6a11ac3cd61e840621e3cdea4');
INSERT INTO "judgement" VALUES(45,7,11,48,'cleared','undo',NULL,NULL,'2026-11-25T03:48:49.005+00:00','763b160b777143286c045e7ae05a22647b5e38b6a11ac3cd61e840621e3cdea4','844a81abce0d12b909af8ec3751dbc2983ba81d438f1598efd2c57ba4ce10960');
INSERT INTO "judgement" VALUES(46,7,12,48,'cleared','undo',NULL,NULL,'2026-11-25T03:48:49.005+00:00','844a81abce0d12b909af8ec3751dbc2983ba81d438f1598efd2c57ba4ce10960','294fa7cc46905966690394e86ef9335b1bee9648b03338dea999b16282d4d8c8');
CREATE TABLE model_tag (
        model_id TEXT NOT NULL,
        name TEXT NOT NULL,
        tag_id INTEGER NOT NULL,
        CONSTRAINT pk_model_tag PRIMARY KEY (model_id, name, tag_id),
        CONSTRAINT fk_model_tag_tag_id FOREIGN KEY(tag_id) REFERENCES tag (id)
    );
INSERT INTO "model_tag" VALUES('msd-musicnn','alternative',1);
INSERT INTO "model_tag" VALUES('msd-vgg','alternative',1);
INSERT INTO "model_tag" VALUES('msd-musicnn','alternative rock',2);
INSERT INTO "model_tag" VALUES('msd-vgg','alternative rock',2);
INSERT INTO "model_tag" VALUES('mtt-musicnn','ambient',3);
INSERT INTO "model_tag" VALUES('mtt-vgg','ambient',3);
INSERT INTO "model_tag" VALUES('msd-musicnn','ambient',3);
INSERT INTO "model_tag" VALUES('msd-vgg','ambient',3);
INSERT INTO "model_tag" VALUES('msd-musicnn','blues',4);
INSERT INTO "model_tag" VALUES('msd-vgg','blues',4);
INSERT INTO "model_tag" VALUES('mtt-musicnn','classical',5);
INSERT INTO "model_tag" VALUES('mtt-musicnn','classic',5);
INSERT INTO "model_tag" VALUES('mtt-vgg','classical',5);
INSERT INTO "model_tag" VALUES('mtt-vgg','classic',5);
INSERT INTO "model_tag" VALUES('msd-musicnn','classic rock',6);
INSERT INTO "model_tag" VALUES('msd-vgg','classic rock',6);
INSERT INTO "model_tag" VALUES('mtt-musicnn','country',7);
INSERT INTO "model_tag" VALUES('mtt-vgg','country',7);
INSERT INTO "model_tag" VALUES('msd-musicnn','country',7);
INSERT INTO "model_tag" VALUES('msd-vgg','country',7);
INSERT INTO "model_tag" VALUES('mtt-musicnn','dance',8);
INSERT INTO "model_tag" VALUES('mtt-vgg','dance',8);
INSERT INTO "model_tag" VALUES('msd-musicnn','dance',8);
INSERT INTO "model_tag" VALUES('msd-vgg','dance',8);
INSERT INTO "model_tag" VALUES('msd-musicnn','easy listening',9);
INSERT INTO "model_tag" VALUES('msd-vgg','easy listening',9);
INSERT INTO "model_tag" VALUES('msd-musicnn','electro',10);
INSERT INTO "model_tag" VALUES('msd-vgg','electro',10);
INSERT INTO "model_tag" VALUES('mtt-musicnn','electronic',11);
INSERT INTO "model_tag" VALUES('mtt-vgg','electronic',11);
INSERT INTO "model_tag" VALUES('msd-musicnn','electronic',11);
INSERT INTO "model_tag" VALUES('msd-musicnn','electronica',11);
INSERT INTO "model_tag" VALUES('msd-vgg','electronic',11);
INSERT INTO "model_tag" VALUES('msd-vgg','electronica',11);
INSERT INTO "model_tag" VALUES('msd-musicnn','experimental',12);
INSERT INTO "model_tag" VALUES('msd-vgg','experimental',12);
INSERT INTO "model_tag" VALUES('msd-musicnn','folk',13);
INSERT INTO "model_tag" VALUES('msd-vgg','folk',13);
INSERT INTO "model_tag" VALUES('msd-musicnn','funk',14);
INSERT INTO "model_tag" VALUES('msd-vgg','funk',14);
INSERT INTO "model_tag" VALUES('msd-musicnn','hard rock',15);
INSERT INTO "model_tag" VALUES('msd-vgg','hard rock',15);
INSERT INTO "model_tag" VALUES('msd-musicnn','heavy metal',16);
INSERT INTO "model_tag" VALUES('msd-vgg','heavy metal',16);
INSERT INTO "model_tag" VALUES('msd-musicnn','Hip-Hop',17);
INSERT INTO "model_tag" VALUES('msd-vgg','Hip-Hop',17);
INSERT INTO "model_tag" VALUES('msd-musicnn','House',18);
INSERT INTO "model_tag" VALUES('msd-vgg','House',18);
INSERT INTO "model_tag" VALUES('mtt-musicnn','indian',19);
INSERT INTO "model_tag" VALUES('mtt-vgg','indian',19);
INSERT INTO "model_tag" VALUES('msd-musicnn','indie',20);
INSERT INTO "model_tag" VALUES('msd-vgg','indie',20);
INSERT INTO "model_tag" VALUES('msd-musicnn','indie pop',21);
INSERT INTO "model_tag" VALUES('msd-vgg','indie pop',21);
INSERT INTO "model_tag" VALUES('msd-musicnn','indie rock',22);
INSERT INTO "model_tag" VALUES('msd-vgg','indie rock',22);
INSERT INTO "model_tag" VALUES('msd-musicnn','jazz',23);
INSERT INTO "model_tag" VALUES('msd-vgg','jazz',23);
INSERT INTO "model_tag" VALUES('mtt-musicnn','metal',24);
INSERT INTO "model_tag" VALUES('mtt-vgg','metal',24);
INSERT INTO "model_tag" VALUES('msd-musicnn','metal',24);
INSERT INTO "model_tag" VALUES('msd-vgg','metal',24);
INSERT INTO "model_tag" VALUES('mtt-musicnn','new age',25);
INSERT INTO "model_tag" VALUES('mtt-vgg','new age',25);
INSERT INTO "model_tag" VALUES('mtt-musicnn','opera',26);
INSERT INTO "model_tag" VALUES('mtt-vgg','opera',26);
INSERT INTO "model_tag" VALUES('mtt-musicnn','pop',27);
INSERT INTO "model_tag" VALUES('mtt-vgg','pop',27);
INSERT INTO "model_tag" VALUES('msd-musicnn','pop',27);
INSERT INTO "model_tag" VALUES('msd-vgg','pop',27);
INSERT INTO "model_tag" VALUES('msd-musicnn','Progressive rock',28);
INSERT INTO "model_tag" VALUES('msd-vgg','Progressive rock',28);
INSERT INTO "model_tag" VALUES('msd-musicnn','punk',29);
INSERT INTO "model_tag" VALUES('msd-vgg','punk',29);
INSERT INTO "model_tag" VALUES('msd-musicnn','rnb',30);
INSERT INTO "model_tag" VALUES('msd-vgg','rnb',30);
INSERT INTO "model_tag" VALUES('mtt-musicnn','rock',31);
INSERT INTO "model_tag" VALUES('mtt-vgg','rock',31);
INSERT INTO "model_tag" VALUES('msd-musicnn','rock',31);
INSERT INTO "model_tag" VALUES('msd-vgg','rock',31);
INSERT INTO "model_tag" VALUES('msd-musicnn','soul',32);
INSERT INTO "model_tag" VALUES('msd-vgg','soul',32);
INSERT INTO "model_tag" VALUES('mtt-musicnn','techno',33);
INSERT INTO "model_tag" VALUES('mtt-vgg','techno',33);
INSERT INTO "model_tag" VALUES('msd-musicnn','beautiful',34);
INSERT INTO "model_tag" VALUES('msd-vgg','beautiful',34);
INSERT INTO "model_tag" VALUES('msd-musicnn','catchy',35);
INSERT INTO "model_tag" VALUES('msd-vgg','catchy',35);
INSERT INTO "model_tag" VALUES('msd-musicnn','chillout',36);
INSERT INTO "model_tag" VALUES('msd-musicnn','chill',36);
INSERT INTO "model_tag" VALUES('msd-vgg','chillout',36);
INSERT INTO "model_tag" VALUES('msd-vgg','chill',36);
INSERT INTO "model_tag" VALUES('msd-musicnn','happy',37);
INSERT INTO "model_tag" VALUES('msd-vgg','happy',37);
INSERT INTO "model_tag" VALUES('msd-musicnn','Mellow',38);
INSERT INTO "model_tag" VALUES('msd-vgg','Mellow',38);
INSERT INTO "model_tag" VALUES('msd-musicnn','sad',39);
INSERT INTO "model_tag" VALUES('msd-vgg','sad',39);
INSERT INTO "model_tag" VALUES('msd-musicnn','sexy',40);
INSERT INTO "model_tag" VALUES('msd-vgg','sexy',40);
INSERT INTO "model_tag" VALUES('mtt-musicnn','weird',41);
INSERT INTO "model_tag" VALUES('mtt-vgg','weird',41);
INSERT INTO "model_tag" VALUES('mtt-musicnn','cello',42);
INSERT INTO "model_tag" VALUES('mtt-vgg','cello',42);
INSERT INTO "model_tag" VALUES('mtt-musicnn','drums',43);
INSERT INTO "model_tag" VALUES('mtt-vgg','drums',43);
INSERT INTO "model_tag" VALUES('mtt-musicnn','flute',44);
INSERT INTO "model_tag" VALUES('mtt-vgg','flute',44);
INSERT INTO "model_tag" VALUES('mtt-musicnn','guitar',45);
INSERT INTO "model_tag" VALUES('mtt-vgg','guitar',45);
INSERT INTO "model_tag" VALUES('msd-musicnn','guitar',45);
INSERT INTO "model_tag" VALUES('msd-vgg','guitar',45);
INSERT INTO "model_tag" VALUES('mtt-musicnn','harp',46);
INSERT INTO "model_tag" VALUES('mtt-vgg','harp',46);
INSERT INTO "model_tag" VALUES('mtt-musicnn','harpsichord',47);
INSERT INTO "model_tag" VALUES('mtt-vgg','harpsichord',47);
INSERT INTO "model_tag" VALUES('mtt-musicnn','piano',48);
INSERT INTO "model_tag" VALUES('mtt-vgg','piano',48);
INSERT INTO "model_tag" VALUES('mtt-musicnn','sitar',49);
INSERT INTO "model_tag" VALUES('mtt-vgg','sitar',49);
INSERT INTO "model_tag" VALUES('mtt-musicnn','strings',50);
INSERT INTO "model_tag" VALUES('mtt-vgg','strings',50);
INSERT INTO "model_tag" VALUES('mtt-musicnn','synth',51);
INSERT INTO "model_tag" VALUES('mtt-vgg','synth',51);
INSERT INTO "model_tag" VALUES('mtt-musicnn','violin',52);
INSERT INTO "model_tag" VALUES('mtt-vgg','violin',52);
INSERT INTO "model_tag" VALUES('mtt-musicnn','choir',53);
INSERT INTO "model_tag" VALUES('mtt-musicnn','choral',53);
INSERT INTO "model_tag" VALUES('mtt-vgg','choir',53);
INSERT INTO "model_tag" VALUES('mtt-vgg','choral',53);
INSERT INTO "model_tag" VALUES('mtt-musicnn','female voice',54);
INSERT INTO "model_tag" VALUES('mtt-musicnn','female vocal',54);
INSERT INTO "model_tag" VALUES('mtt-musicnn','female',54);
INSERT INTO "model_tag" VALUES('mtt-musicnn','woman',54);
INSERT INTO "model_tag" VALUES('mtt-vgg','female voice',54);
INSERT INTO "model_tag" VALUES('mtt-vgg','female vocal',54);
INSERT INTO "model_tag" VALUES('mtt-vgg','female',54);
INSERT INTO "model_tag" VALUES('mtt-vgg','woman',54);
INSERT INTO "model_tag" VALUES('msd-musicnn','female vocalists',54);
INSERT INTO "model_tag" VALUES('msd-musicnn','female vocalist',54);
INSERT INTO "model_tag" VALUES('msd-vgg','female vocalists',54);
INSERT INTO "model_tag" VALUES('msd-vgg','female vocalist',54);
INSERT INTO "model_tag" VALUES('mtt-musicnn','male voice',55);
INSERT INTO "model_tag" VALUES('mtt-musicnn','male vocal',55);
INSERT INTO "model_tag" VALUES('mtt-musicnn','male',55);
INSERT INTO "model_tag" VALUES('mtt-musicnn','man',55);
INSERT INTO "model_tag" VALUES('mtt-vgg','male voice',55);
INSERT INTO "model_tag" VALUES('mtt-vgg','male vocal',55);
INSERT INTO "model_tag" VALUES('mtt-vgg','male',55);
INSERT INTO "model_tag" VALUES('mtt-vgg','man',55);
INSERT INTO "model_tag" VALUES('msd-musicnn','male vocalists',55);
INSERT INTO "model_tag" VALUES('msd-vgg','male vocalists',55);
INSERT INTO "model_tag" VALUES('mtt-musicnn','no vocals',56);
INSERT INTO "model_tag" VALUES('mtt-musicnn','no vocal',56);
INSERT INTO "model_tag" VALUES('mtt-musicnn','no voice',56);
INSERT INTO "model_tag" VALUES('mtt-vgg','no vocals',56);
INSERT INTO "model_tag" VALUES('mtt-vgg','no vocal',56);
INSERT INTO "model_tag" VALUES('mtt-vgg','no voice',56);
INSERT INTO "model_tag" VALUES('msd-musicnn','instrumental',56);
INSERT INTO "model_tag" VALUES('msd-vgg','instrumental',56);
INSERT INTO "model_tag" VALUES('mtt-musicnn','vocals',57);
INSERT INTO "model_tag" VALUES('mtt-musicnn','vocal',57);
INSERT INTO "model_tag" VALUES('mtt-musicnn','voice',57);
INSERT INTO "model_tag" VALUES('mtt-musicnn','singing',57);
INSERT INTO "model_tag" VALUES('mtt-vgg','vocals',57);
INSERT INTO "model_tag" VALUES('mtt-vgg','vocal',57);
INSERT INTO "model_tag" VALUES('mtt-vgg','voice',57);
INSERT INTO "model_tag" VALUES('mtt-vgg','singing',57);
INSERT INTO "model_tag" VALUES('mtt-musicnn','beat',58);
INSERT INTO "model_tag" VALUES('mtt-musicnn','beats',58);
INSERT INTO "model_tag" VALUES('mtt-vgg','beat',58);
INSERT INTO "model_tag" VALUES('mtt-vgg','beats',58);
INSERT INTO "model_tag" VALUES('mtt-musicnn','fast',59);
INSERT INTO "model_tag" VALUES('mtt-vgg','fast',59);
INSERT INTO "model_tag" VALUES('mtt-musicnn','slow',60);
INSERT INTO "model_tag" VALUES('mtt-vgg','slow',60);
INSERT INTO "model_tag" VALUES('msd-musicnn','acoustic',61);
INSERT INTO "model_tag" VALUES('msd-vgg','acoustic',61);
INSERT INTO "model_tag" VALUES('mtt-musicnn','loud',62);
INSERT INTO "model_tag" VALUES('mtt-vgg','loud',62);
INSERT INTO "model_tag" VALUES('mtt-musicnn','quiet',63);
INSERT INTO "model_tag" VALUES('mtt-vgg','quiet',63);
INSERT INTO "model_tag" VALUES('mtt-musicnn','soft',64);
INSERT INTO "model_tag" VALUES('mtt-vgg','soft',64);
INSERT INTO "model_tag" VALUES('mtt-musicnn','solo',65);
INSERT INTO "model_tag" VALUES('mtt-vgg','solo',65);
INSERT INTO "model_tag" VALUES('msd-musicnn','60s',66);
INSERT INTO "model_tag" VALUES('msd-vgg','60s',66);
INSERT INTO "model_tag" VALUES('msd-musicnn','70s',67);
INSERT INTO "model_tag" VALUES('msd-vgg','70s',67);
INSERT INTO "model_tag" VALUES('msd-musicnn','80s',68);
INSERT INTO "model_tag" VALUES('msd-vgg','80s',68);
INSERT INTO "model_tag" VALUES('msd-musicnn','90s',69);
INSERT INTO "model_tag" VALUES('msd-vgg','90s',69);
INSERT INTO "model_tag" VALUES('msd-musicnn','00s',70);
INSERT INTO "model_tag" VALUES('msd-vgg','00s',70);
INSERT INTO "model_tag" VALUES('msd-musicnn','oldies',71);
INSERT INTO "model_tag" VALUES('msd-vgg','oldies',71);
INSERT INTO "model_tag" VALUES('msd-musicnn','party',72);
INSERT INTO "model_tag" VALUES('msd-vgg','party',72);
CREATE TABLE root (
        id INTEGER NOT NULL,
        path BLOB NOT NULL,
        display TEXT NOT NULL,
        added_at TEXT NOT NULL,
        CONSTRAINT pk_root PRIMARY KEY (id),
        CONSTRAINT ck_root_path_is_bytes CHECK (typeof(path) = 'blob'),
        CONSTRAINT uq_root_path UNIQUE (path)
    );
INSERT INTO "root" VALUES(1,X'2F6D75736963','/music','2026-11-25T03:48:42.330+00:00');
CREATE TABLE tag (
        id INTEGER NOT NULL,
        facet_id INTEGER NOT NULL,
        name TEXT NOT NULL,
        "key" TEXT NOT NULL,
        search TEXT NOT NULL,
        is_hidden BOOLEAN NOT NULL,
        CONSTRAINT pk_tag PRIMARY KEY (id),
        CONSTRAINT fk_tag_facet_id FOREIGN KEY(facet_id) REFERENCES facet (id),
        CONSTRAINT uq_tag_key UNIQUE ("key")
    );
INSERT INTO "tag" VALUES(1,1,'alternative','alternative','alternative',0);
INSERT INTO "tag" VALUES(2,1,'alternative rock','alternative rock','alternative rock',0);
INSERT INTO "tag" VALUES(3,1,'ambient','ambient','ambient',0);
INSERT INTO "tag" VALUES(4,1,'blues','blues','blues',0);
INSERT INTO "tag" VALUES(5,1,'classical','classical','classical',0);
INSERT INTO "tag" VALUES(6,1,'classic rock','classic rock','classic rock',0);
INSERT INTO "tag" VALUES(7,1,'country','country','country',0);
INSERT INTO "tag" VALUES(8,1,'dance','dance','dance',0);
INSERT INTO "tag" VALUES(9,1,'easy listening','easy listening','easy listening',0);
INSERT INTO "tag" VALUES(10,1,'electro','electro','electro',0);
INSERT INTO "tag" VALUES(11,1,'electronic','electronic','electronic',0);
INSERT INTO "tag" VALUES(12,1,'experimental','experimental','experimental',0);
INSERT INTO "tag" VALUES(13,1,'folk','folk','folk',0);
INSERT INTO "tag" VALUES(14,1,'funk','funk','funk',0);
INSERT INTO "tag" VALUES(15,1,'hard rock','hard rock','hard rock',0);
INSERT INTO "tag" VALUES(16,1,'heavy metal','heavy metal','heavy metal',0);
INSERT INTO "tag" VALUES(17,1,'hip-hop','hip-hop','hip-hop',0);
INSERT INTO "tag" VALUES(18,1,'house','house','house',0);
INSERT INTO "tag" VALUES(19,1,'indian','indian','indian',0);
INSERT INTO "tag" VALUES(20,1,'indie','indie','indie',0);
INSERT INTO "tag" VALUES(21,1,'indie pop','indie pop','indie pop',0);
INSERT INTO "tag" VALUES(22,1,'indie rock','indie rock','indie rock',0);
INSERT INTO "tag" VALUES(23,1,'jazz','jazz','jazz',0);
INSERT INTO "tag" VALUES(24,1,'metal','metal','metal',0);
INSERT INTO "tag" VALUES(25,1,'new age','new age','new age',0);
INSERT INTO "tag" VALUES(26,1,'opera','opera','opera',0);
INSERT INTO "tag" VALUES(27,1,'pop','pop','pop',0);
INSERT INTO "tag" VALUES(28,1,'progressive rock','progressive rock','progressive rock',0);
INSERT INTO "tag" VALUES(29,1,'punk','punk','punk',0);
INSERT INTO "tag" VALUES(30,1,'rnb','rnb','rnb',0);
INSERT INTO "tag" VALUES(31,1,'rock','rock','rock',0);
INSERT INTO "tag" VALUES(32,1,'soul','soul','soul',0);
INSERT INTO "tag" VALUES(33,1,'techno','techno','techno',0);
INSERT INTO "tag" VALUES(34,2,'beautiful','beautiful','beautiful',0);
INSERT INTO "tag" VALUES(35,2,'catchy','catchy','catchy',0);
INSERT INTO "tag" VALUES(36,2,'chillout','chillout','chillout',0);
INSERT INTO "tag" VALUES(37,2,'happy','happy','happy',0);
INSERT INTO "tag" VALUES(38,2,'mellow','mellow','mellow',0);
INSERT INTO "tag" VALUES(39,2,'sad','sad','sad',0);
INSERT INTO "tag" VALUES(40,2,'sexy','sexy','sexy',0);
INSERT INTO "tag" VALUES(41,2,'weird','weird','weird',0);
INSERT INTO "tag" VALUES(42,3,'cello','cello','cello',0);
INSERT INTO "tag" VALUES(43,3,'drums','drums','drums',0);
INSERT INTO "tag" VALUES(44,3,'flute','flute','flute',0);
INSERT INTO "tag" VALUES(45,3,'guitar','guitar','guitar',0);
INSERT INTO "tag" VALUES(46,3,'harp','harp','harp',0);
INSERT INTO "tag" VALUES(47,3,'harpsichord','harpsichord','harpsichord',0);
INSERT INTO "tag" VALUES(48,3,'piano','piano','piano',0);
INSERT INTO "tag" VALUES(49,3,'sitar','sitar','sitar',0);
INSERT INTO "tag" VALUES(50,3,'strings','strings','strings',0);
INSERT INTO "tag" VALUES(51,3,'synth','synth','synth',0);
INSERT INTO "tag" VALUES(52,3,'violin','violin','violin',0);
INSERT INTO "tag" VALUES(53,4,'choir','choir','choir',0);
INSERT INTO "tag" VALUES(54,4,'female voice','female voice','female voice',0);
INSERT INTO "tag" VALUES(55,4,'male voice','male voice','male voice',0);
INSERT INTO "tag" VALUES(56,4,'no vocals','no vocals','no vocals',0);
INSERT INTO "tag" VALUES(57,4,'vocals','vocals','vocals',0);
INSERT INTO "tag" VALUES(58,5,'beats','beats','beats',0);
INSERT INTO "tag" VALUES(59,5,'fast','fast','fast',0);
INSERT INTO "tag" VALUES(60,5,'slow','slow','slow',0);
INSERT INTO "tag" VALUES(61,6,'acoustic','acoustic','acoustic',0);
INSERT INTO "tag" VALUES(62,6,'loud','loud','loud',0);
INSERT INTO "tag" VALUES(63,6,'quiet','quiet','quiet',0);
INSERT INTO "tag" VALUES(64,6,'soft','soft','soft',0);
INSERT INTO "tag" VALUES(65,6,'solo','solo','solo',0);
INSERT INTO "tag" VALUES(66,7,'60s','60s','60s',0);
INSERT INTO "tag" VALUES(67,7,'70s','70s','70s',0);
INSERT INTO "tag" VALUES(68,7,'80s','80s','80s',0);
INSERT INTO "tag" VALUES(69,7,'90s','90s','90s',0);
INSERT INTO "tag" VALUES(70,7,'00s','00s','00s',0);
INSERT INTO "tag" VALUES(71,7,'oldies','oldies','oldies',0);
INSERT INTO "tag" VALUES(72,8,'party','party','party',0);
INSERT INTO "tag" VALUES(73,8,'Mine','mine','mine',0);
CREATE TABLE track (
        id INTEGER NOT NULL,
        root_id INTEGER NOT NULL,
        path BLOB NOT NULL,
        display TEXT NOT NULL,
        path_search TEXT NOT NULL,
        search TEXT NOT NULL,
        title TEXT NOT NULL,
        artist TEXT NOT NULL,
        album TEXT NOT NULL,
        genre TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        audio_hash TEXT NOT NULL,
        duration_s FLOAT NOT NULL,
        codec TEXT NOT NULL,
        rate INTEGER NOT NULL,
        channels INTEGER NOT NULL,
        is_missing BOOLEAN NOT NULL,
        last_error TEXT NOT NULL,
        added_at TEXT NOT NULL,
        CONSTRAINT pk_track PRIMARY KEY (id),
        CONSTRAINT uq_track_root_id_path UNIQUE (root_id, path),
        CONSTRAINT ck_track_path_is_bytes CHECK (typeof(path) = 'blob'),
        CONSTRAINT ck_track_size CHECK (size >= 0),
        CONSTRAINT ck_track_duration CHECK (duration_s BETWEEN 0 AND 1e12),
        CONSTRAINT fk_track_root_id FOREIGN KEY(root_id) REFERENCES root (id)
    );
INSERT INTO "track" VALUES(1,1,X'446F6D696E61202D204D6F756E7461696E2E6D3461','Domina - Mountain.m4a','domina - mountain.m4a','domina - mountain.m4a
mountain
lincoln domina
hyperrogue','Mountain','Lincoln Domina','HyperRogue','',428763,1795575142746054613,'5154b933bc3cc8083cad35f267d1e8b3',30.0,'aac',44100,2,0,'','2026-11-25T03:48:47.341+00:00');
INSERT INTO "track" VALUES(2,1,X'416C6D61727A61202D204D7220426F6E65732E6F6767','Almarza - Mr Bones.ogg','almarza - mr bones.ogg','almarza - mr bones.ogg
mr. bones'' background music
alex almarza
amoebax
soundtrack','Mr. Bones'' Background Music','Alex Almarza','Amoebax','soundtrack',421261,1795575142742054613,'871849c7a6ae870253c78892750faa26',30.0,'vorbis',44100,2,0,'','2026-11-25T03:48:48.559+00:00');
INSERT INTO "track" VALUES(3,1,X'4B656E74612043686F202D204E6F697A32736120737461676520302E6D7033','Kenta Cho - Noiz2sa stage 0.mp3','kenta cho - noiz2sa stage 0.mp3','kenta cho - noiz2sa stage 0.mp3
noiz2sa, stage 0
kenta cho
noiz2sa','Noiz2sa, stage 0','Kenta Cho','Noiz2sa','',482693,1795575142746054613,'898299a01032dd657eb6edc9d53f8338',30.0,'mp3',44100,2,0,'','2026-11-25T03:48:48.560+00:00');
INSERT INTO "track" VALUES(4,1,X'4B656E74612043686F202D2050616E6963206F6E204D6561646F772E6F6767','Kenta Cho - Panic on Meadow.ogg','kenta cho - panic on meadow.ogg','kenta cho - panic on meadow.ogg
panic on meadow
kenta cho
tumiki fighters','Panic on Meadow','Kenta Cho','Tumiki Fighters','',288365,1795575142750054613,'620641420d47ca53617567ca7629f604',30.0,'vorbis',44100,1,0,'','2026-11-25T03:48:48.561+00:00');
INSERT INTO "track" VALUES(5,1,X'4B656E74612043686F202D205061727365633437207061747465726E20302E6D7033','Kenta Cho - Parsec47 pattern 0.mp3','kenta cho - parsec47 pattern 0.mp3','kenta cho - parsec47 pattern 0.mp3
parsec47, pattern 0
kenta cho
parsec47','Parsec47, pattern 0','Kenta Cho','Parsec47','',241920,1795575142750054613,'eaf2be27626e5d1485cde4df554bd24f',30.0,'mp3',44100,1,0,'','2026-11-25T03:48:48.565+00:00');
INSERT INTO "track" VALUES(6,1,X'4D616E6F6C6F2043616D70202D204D6F726E696E6720436F666665652E776176','Manolo Camp - Morning Coffee.wav','manolo camp - morning coffee.wav','manolo camp - morning coffee.wav
morning coffee
manolo camp','Morning Coffee','Manolo Camp','','',481240,1795575142754054612,'f0081f2085e2ef9a5ec3767964947d95',30.0,'pcm_s16le',8000,1,0,'','2026-11-25T03:48:48.566+00:00');
INSERT INTO "track" VALUES(7,1,X'4D6178737461636B202D204368696D6573205468657920466164652E666C6163','Maxstack - Chimes They Fade.flac','maxstack - chimes they fade.flac','maxstack - chimes they fade.flac
chimes they fade
maxstack
endgame: singularity original soundtrack','Chimes They Fade','Maxstack','Endgame: Singularity Original Soundtrack','',1408132,1795575142762054612,'e77993033e4925fd1730552d8f1680f8',30.0,'flac',48000,2,0,'','2026-11-25T03:48:48.572+00:00');
INSERT INTO "track" VALUES(8,1,X'4D6178737461636B202D204F72626974616C20456C657661746F722E6F707573','Maxstack - Orbital Elevator.opus','maxstack - orbital elevator.opus','maxstack - orbital elevator.opus
orbital elevator
maxstack
endgame: singularity (advanced research)','Orbital Elevator','Maxstack','Endgame: Singularity (Advanced Research)','',350537,1795575142766054612,'7c289f5f1a2aae9628c13007ba28de31',30.0065,'opus',48000,2,0,'','2026-11-25T03:48:48.573+00:00');
INSERT INTO "track" VALUES(9,1,X'4D756C646A6F7264202D204D7574696C61746564204D696D652E6D7033','Muldjord - Mutilated Mime.mp3','muldjord - mutilated mime.mp3','muldjord - mutilated mime.mp3
mutilated mime
muldjord
mutilated mime
death metal','Mutilated Mime','Muldjord','Mutilated Mime','Death Metal',482799,1795575142766054612,'5ca11a0fb3be399085fc5bec01b994a3',30.0,'mp3',44100,2,0,'','2026-11-25T03:48:48.574+00:00');
INSERT INTO "track" VALUES(10,1,X'4E656F6E436F727269646F72202D20496379204C616E64732E6F707573','NeonCorridor - Icy Lands.opus','neoncorridor - icy lands.opus','neoncorridor - icy lands.opus
icy lands
neoncorridor
hyperrogue
game','Icy Lands','NeonCorridor','HyperRogue','Game',393330,1795575142770054612,'86dd6b689d4bcaf45a9db7b22ebc6e0f',30.0065,'opus',48000,2,0,'','2026-11-25T03:48:48.580+00:00');
INSERT INTO "track" VALUES(11,1,X'4E656F6E436F727269646F72202D204C616E64206F66204D6972726F72732E6D3461','NeonCorridor - Land of Mirrors.m4a','neoncorridor - land of mirrors.m4a','neoncorridor - land of mirrors.m4a
land of mirrors
neoncorridor
hyperrogue
game','Land of Mirrors','NeonCorridor','HyperRogue','Game',428095,1795575142770054612,'c9f3c540ec01f42d16c96b3b2b99fbfa',30.0,'aac',44100,2,0,'','2026-11-25T03:48:48.581+00:00');
INSERT INTO "track" VALUES(12,1,X'57696C6C20536176696E6F202D2050616C6163652E6F6767','Will Savino - Palace.ogg','will savino - palace.ogg','will savino - palace.ogg
palace
will savino
hyperrogue','Palace','Will Savino','HyperRogue','',436667,1795575142774054612,'b52a6a919d6fda41348ab5fda4974a9b',30.0,'vorbis',44100,2,0,'','2026-11-25T03:48:48.588+00:00');
CREATE TABLE track_field (
        track_id INTEGER NOT NULL,
        name TEXT NOT NULL,
        position INTEGER NOT NULL,
        value TEXT NOT NULL,
        search TEXT NOT NULL,
        CONSTRAINT pk_track_field PRIMARY KEY (track_id, name, position),
        CONSTRAINT fk_track_field_track_id FOREIGN KEY(track_id) REFERENCES track (id)
    );
INSERT INTO "track_field" VALUES(1,'title',0,'Mountain','mountain');
INSERT INTO "track_field" VALUES(1,'artist',0,'Lincoln Domina','lincoln domina');
INSERT INTO "track_field" VALUES(1,'album',0,'HyperRogue','hyperrogue');
INSERT INTO "track_field" VALUES(2,'title',0,'Mr. Bones'' Background Music','mr. bones'' background music');
INSERT INTO "track_field" VALUES(2,'artist',0,'Alex Almarza','alex almarza');
INSERT INTO "track_field" VALUES(2,'album',0,'Amoebax','amoebax');
INSERT INTO "track_field" VALUES(2,'genre',0,'soundtrack','soundtrack');
INSERT INTO "track_field" VALUES(3,'title',0,'Noiz2sa, stage 0','noiz2sa, stage 0');
INSERT INTO "track_field" VALUES(3,'artist',0,'Kenta Cho','kenta cho');
INSERT INTO "track_field" VALUES(3,'album',0,'Noiz2sa','noiz2sa');
INSERT INTO "track_field" VALUES(4,'title',0,'Panic on Meadow','panic on meadow');
INSERT INTO "track_field" VALUES(4,'artist',0,'Kenta Cho','kenta cho');
INSERT INTO "track_field" VALUES(4,'album',0,'Tumiki Fighters','tumiki fighters');
INSERT INTO "track_field" VALUES(5,'title',0,'Parsec47, pattern 0','parsec47, pattern 0');
INSERT INTO "track_field" VALUES(5,'artist',0,'Kenta Cho','kenta cho');
INSERT INTO "track_field" VALUES(5,'album',0,'Parsec47','parsec47');
INSERT INTO "track_field" VALUES(6,'title',0,'Morning Coffee','morning coffee');
INSERT INTO "track_field" VALUES(6,'artist',0,'Manolo Camp','manolo camp');
INSERT INTO "track_field" VALUES(7,'title',0,'Chimes They Fade','chimes they fade');
INSERT INTO "track_field" VALUES(7,'artist',0,'Maxstack','maxstack');
INSERT INTO "track_field" VALUES(7,'album',0,'Endgame: Singularity Original Soundtrack','endgame: singularity original soundtrack');
INSERT INTO "track_field" VALUES(7,'date',0,'2012-12-15','2012-12-15');
INSERT INTO "track_field" VALUES(8,'title',0,'Orbital Elevator','orbital elevator');
INSERT INTO "track_field" VALUES(8,'artist',0,'Maxstack','maxstack');
INSERT INTO "track_field" VALUES(8,'album',0,'Endgame: Singularity (Advanced Research)','endgame: singularity (advanced research)');
INSERT INTO "track_field" VALUES(8,'date',0,'2012-12-15','2012-12-15');
INSERT INTO "track_field" VALUES(9,'title',0,'Mutilated Mime','mutilated mime');
INSERT INTO "track_field" VALUES(9,'artist',0,'Muldjord','muldjord');
INSERT INTO "track_field" VALUES(9,'album',0,'Mutilated Mime','mutilated mime');
INSERT INTO "track_field" VALUES(9,'date',0,'2008','2008');
INSERT INTO "track_field" VALUES(9,'genre',0,'Death Metal','death metal');
INSERT INTO "track_field" VALUES(10,'title',0,'Icy Lands','icy lands');
INSERT INTO "track_field" VALUES(10,'artist',0,'NeonCorridor','neoncorridor');
INSERT INTO "track_field" VALUES(10,'album',0,'HyperRogue','hyperrogue');
INSERT INTO "track_field" VALUES(10,'genre',0,'Game','game');
INSERT INTO "track_field" VALUES(10,'date',0,'2013-01-01','2013-01-01');
INSERT INTO "track_field" VALUES(11,'title',0,'Land of Mirrors','land of mirrors');
INSERT INTO "track_field" VALUES(11,'artist',0,'NeonCorridor','neoncorridor');
INSERT INTO "track_field" VALUES(11,'album',0,'HyperRogue','hyperrogue');
INSERT INTO "track_field" VALUES(11,'genre',0,'Game','game');
INSERT INTO "track_field" VALUES(11,'date',0,'2013-01-01','2013-01-01');
INSERT INTO "track_field" VALUES(12,'title',0,'Palace','palace');
INSERT INTO "track_field" VALUES(12,'artist',0,'Will Savino','will savino');
INSERT INTO "track_field" VALUES(12,'album',0,'HyperRogue','hyperrogue');
INSERT INTO "track_field" VALUES(12,'date',0,'2018','2018');
CREATE INDEX ix_batch_undoes ON batch (undoes);
CREATE INDEX ix_tag_search ON tag (search);
CREATE INDEX ix_track_audio_hash ON track (audio_hash);
CREATE INDEX ix_head_tag_id_is_current ON head (tag_id, is_current);
CREATE INDEX ix_judgement_batch_id ON judgement (batch_id);
CREATE INDEX ix_judgement_tag_id_track_id_id ON judgement (tag_id, track_id, id);
CREATE INDEX ix_judgement_track_id ON judgement (track_id);
CREATE TRIGGER judgement_is_kept_from_update BEFORE UPDATE ON judgement
    BEGIN SELECT RAISE(ABORT, 'judgement is append-only'); END;
CREATE TRIGGER judgement_is_kept_from_delete BEFORE DELETE ON judgement
    BEGIN SELECT RAISE(ABORT, 'judgement is append-only'); END;
CREATE TRIGGER batch_is_kept_from_update BEFORE UPDATE ON batch
    BEGIN SELECT RAISE(ABORT, 'batch is append-only'); END;
CREATE TRIGGER batch_is_kept_from_delete BEFORE DELETE ON batch
    BEGIN SELECT RAISE(ABORT, 'batch is append-only'); END;
CREATE TRIGGER judgement_is_kept_from_replace BEFORE INSERT ON judgement
    WHEN EXISTS (SELECT 1 FROM judgement WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'judgement is append-only'); END;
CREATE TRIGGER batch_is_kept_from_replace BEFORE INSERT ON batch
    WHEN EXISTS (SELECT 1 FROM batch WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'batch is append-only'); END;
CREATE TRIGGER judgement_follows_the_chain BEFORE INSERT ON judgement
    WHEN NEW.prev_hash IS NOT coalesce((SELECT hash FROM judgement ORDER BY id DESC LIMIT 1), printf('%064d', 0))
    BEGIN SELECT RAISE(ABORT, 'judgement does not follow the chain'); END;
COMMIT;
