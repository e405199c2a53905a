"""What Soundings means: model, measures, disclosure, store, queries and what to draw. Knows no Streamlit and no file format."""
