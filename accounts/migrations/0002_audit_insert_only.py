"""The database keeps the audit trail: insert, seal once, nothing else.

The application's own role should besides own neither table nor trigger (docs/operate.md); whoever may
disable a trigger is caught by the chain and its anchor, see accounts/sealing.py.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION accounts_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE probe accounts_auditentry;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.seal_no IS NULL AND NEW.chain IS NULL THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        probe := NEW;
        probe.seal_no := NULL;
        probe.chain := NULL;
        IF OLD.seal_no IS NULL AND NEW.seal_no IS NOT NULL AND probe IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit trail is insert-only (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_rows_insert_only BEFORE INSERT OR UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_guard();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_guard();
"""

BACKWARD = """
DROP TRIGGER audit_no_truncate ON accounts_auditentry;
DROP TRIGGER audit_rows_insert_only ON accounts_auditentry;
DROP FUNCTION accounts_audit_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
