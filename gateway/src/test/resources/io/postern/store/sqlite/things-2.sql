ALTER TABLE things ADD COLUMN more TEXT;
UPDATE things SET more = ',more'; -- once
