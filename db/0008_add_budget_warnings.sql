-- The soft limit of a budget, in percent of its hard one. Null: the default row's, else 80.
ALTER TABLE budgets ADD COLUMN warn_percent integer CHECK (warn_percent BETWEEN 1 AND 100);

-- Who changed a budget, when and why is read from here.
CREATE INDEX audit_log_of_budgets ON audit_log (at DESC, id DESC) WHERE target_type = 'budget';
