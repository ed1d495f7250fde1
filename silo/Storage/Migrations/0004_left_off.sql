-- compatible: yes
-- Whether a session has ended only because nobody asked for it any more: it goes on when somebody does, and no other end is taken back.
ALTER TABLE inference.session ADD COLUMN left_off boolean NOT NULL DEFAULT false;
